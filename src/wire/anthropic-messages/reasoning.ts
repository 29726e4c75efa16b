import { type JsonObject, isObject, own } from '#core/json.ts';
import type { Abilities } from '#wire/anthropic-messages/abilities.ts';
import { fieldCount, fieldText } from '#wire/anthropic-messages/fields.ts';
import type { ChatRequest, Reasoning } from '#wire/chat-request.ts';

/** The least that may be set aside for thoughts, tokens. */
const LEAST_BUDGET = 1024;

const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 2048,
  high: 4096,
  xhigh: 8192,
};

/** Where a word of ours is none of the model's: the nearest below. */
const NEAREST: Readonly<Record<string, string>> = { minimal: 'low', xhigh: 'high', max: 'high' };

/** `thinking` and `output_config.effort`; undefined where neither is said. */
export const readReasoning = (body: JsonObject): Reasoning | undefined => {
  const config = own(body, 'output_config');
  const effort = isObject(config) ? fieldText(config, 'effort') : '';
  const thinking = own(body, 'thinking');
  const budgetTokens = isObject(thinking) ? budgetOf(thinking) : undefined;
  const display = isObject(thinking) ? fieldText(thinking, 'display') : '';
  const summary = display === 'summarized' ? 'auto' : display === 'omitted' ? 'none' : undefined;
  if (effort === '' && budgetTokens === undefined) return undefined;
  return {
    ...(effort !== '' && { effort: effort === 'max' ? 'xhigh' : effort }),
    ...(budgetTokens !== undefined && { budgetTokens }),
    ...(summary !== undefined && { summary }),
  };
};

const budgetOf = (thinking: JsonObject): number | undefined => {
  const type = own(thinking, 'type');
  if (type === 'disabled') return 0;
  if (type === 'enabled') return fieldCount(thinking, 'budget_tokens');
  return type === 'adaptive' ? -1 : undefined;
};

/** How a model is told to think. */
export interface Thinking {
  readonly thinking?: JsonObject;
  readonly effort?: string;
  /** It was asked to think and cannot. */
  readonly isLeft?: boolean;
}

/** What a caller of this dialect said is said again. */
export const sameThinking = ({ reasoning }: ChatRequest): Thinking => {
  if (!reasoning) return {};
  const { effort, budgetTokens, summary } = reasoning;
  const thinking =
    budgetTokens === undefined ? undefined : shown(thinkingOf(budgetTokens), summary);
  return { ...(thinking && { thinking }), ...(effort !== undefined && { effort }) };
};

const thinkingOf = (budgetTokens: number): JsonObject => {
  if (budgetTokens === 0) return { type: 'disabled' };
  return budgetTokens < 0 ? { type: 'adaptive' } : { type: 'enabled', budget_tokens: budgetTokens };
};

/** Only thoughts can be shown or not. */
const shown = (thinking: JsonObject, summary: string | undefined): JsonObject =>
  summary === undefined || thinking['type'] === 'disabled'
    ? thinking
    : { ...thinking, display: summary === 'none' ? 'omitted' : 'summarized' };

export interface ThinkingOptions {
  readonly abilities: Abilities;
  readonly maxTokens: number;
  /** A tool must be called: a model that thinks may not be made to. */
  readonly isForced: boolean;
}

/** Whether thoughts are asked for, and not that there be none. */
export const isWanted = (reasoning: Reasoning | undefined): boolean =>
  reasoning !== undefined && reasoning.effort !== 'none' && reasoning.budgetTokens !== 0;

/** What a caller of another dialect wished, as far as the model goes along with it. */
export const translatedThinking = (request: ChatRequest, options: ThinkingOptions): Thinking => {
  const { reasoning } = request;
  if (!reasoning) return {};
  const { effort, summary } = reasoning;
  const { abilities, isForced } = options;
  if (!isWanted(reasoning))
    return abilities.thinksUnasked ? { thinking: { type: 'disabled' } } : {};
  if (abilities.thinking === 'none') return { isLeft: true };
  const word = effort === undefined ? undefined : effortWord(effort, abilities.efforts);
  const thinking = isForced ? undefined : thinkingFor(request, options);
  return {
    ...(thinking && { thinking: shown(thinking, summary) }),
    ...(word !== undefined && { effort: word }),
  };
};

const effortWord = (effort: string, efforts: readonly string[]): string | undefined => {
  if (efforts.length === 0) return undefined;
  return efforts.includes(effort) ? effort : (NEAREST[effort] ?? undefined);
};

/** Undefined where there is no room to think in, or where thoughts that must be there are missing. */
const thinkingFor = (
  request: ChatRequest,
  { abilities, maxTokens }: ThinkingOptions,
): JsonObject | undefined => {
  const { effort = 'medium', budgetTokens = -1 } = request.reasoning ?? {};
  const isAdaptive = abilities.thinking === 'adaptive';
  if (isAdaptive || (abilities.thinking === 'either' && budgetTokens < 0))
    return { type: 'adaptive' };
  const wished = budgetTokens > 0 ? budgetTokens : (BUDGETS[effort] ?? BUDGETS['medium']!);
  const budget = Math.min(Math.max(wished, LEAST_BUDGET), maxTokens - 1);
  if (budget < LEAST_BUDGET || callsWithoutThought(request)) return undefined;
  return { type: 'enabled', budget_tokens: budget };
};

/** With a budget, the turn that called tools must begin with its sealed thoughts. */
const callsWithoutThought = ({ messages }: ChatRequest): boolean => {
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (!last?.parts.some(({ kind }) => kind === 'tool-call')) return false;
  return !last.parts.some((part) => part.kind === 'reasoning' && isSealed(part));
};

/** How another vendor's seals begin, which clients bring along from one model to the next. */
const FOREIGN_SEAL = /^gAAAA/;

const isSeal = (text: string | undefined): boolean =>
  text !== undefined && text !== '' && !FOREIGN_SEAL.test(text);

/** Thoughts without this vendor's seal are not taken back. */
export const isSealed = (part: {
  readonly signature?: string;
  readonly redacted?: string;
}): boolean => isSeal(part.redacted ?? part.signature);
