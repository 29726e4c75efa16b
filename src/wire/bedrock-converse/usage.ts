import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatEvent, FinishReason, Usage } from '#wire/chat-event.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  content_filtered: 'content-filter',
  guardrail_intervened: 'content-filter',
};

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filtered',
  other: 'end_turn',
};

/** `additional`: what the model's own answer said, as far as it was asked for. */
export const finishEvent = (raw: string, additional: Json | undefined): ChatEvent => {
  const stopSequence = isObject(additional) ? own(additional, 'stop_sequence') : undefined;
  return {
    type: 'finish',
    reason: Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'other',
    raw,
    ...(typeof stopSequence === 'string' && { stopSequence }),
  };
};

/** Our reason in the vendor's word: its own where it is one. */
export const stopWord = (reason: FinishReason, raw: string): string =>
  Object.hasOwn(REASONS, raw) ? raw : WORDS[reason];

const tokens = (usage: JsonObject, key: string): number | undefined => {
  const value = own(usage, key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

/** Undefined when a count that must be there is missing or no number. The vendor counts what a cache held apart. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isObject(value)) return undefined;
  const [fresh, outputTokens] = [tokens(value, 'inputTokens'), tokens(value, 'outputTokens')];
  if (fresh === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = tokens(value, 'cacheReadInputTokens');
  const cacheWriteTokens = tokens(value, 'cacheWriteInputTokens');
  return {
    inputTokens: fresh + (cachedTokens ?? 0) + (cacheWriteTokens ?? 0),
    outputTokens,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
  };
};

export const writeUsage = (usage: Usage): JsonObject => {
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens } = usage;
  return {
    inputTokens: Math.max(0, inputTokens - (cachedTokens ?? 0) - (cacheWriteTokens ?? 0)),
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cachedTokens !== undefined && { cacheReadInputTokens: cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteInputTokens: cacheWriteTokens }),
  };
};
