import { type JsonObject, isObject } from '#core/json.ts';
import {
  type Abilities,
  abilitiesOf,
  thinkingOutputTokens,
  usualOutputTokens,
} from '#wire/anthropic-messages/abilities.ts';
import { BORROWED } from '#wire/anthropic-messages/borrowed.ts';
import { DIALECT } from '#wire/anthropic-messages/fields.ts';
import { emulated, nativeFormat } from '#wire/anthropic-messages/format.ts';
import { isWanted, sameThinking, translatedThinking } from '#wire/anthropic-messages/reasoning.ts';
import { writeSampling } from '#wire/anthropic-messages/sampling.ts';
import { hasForeignTool, writeChoice, writeTools } from '#wire/anthropic-messages/tools.ts';
import { contentField } from '#wire/anthropic-messages/write-parts.ts';
import { writeMessages, writeSystem } from '#wire/anthropic-messages/write-messages.ts';
import { borrowedBy } from '#wire/borrowed.ts';
import type { ChatRequest, RequestField } from '#wire/chat-request.ts';
import type { WriteOptions, Written } from '#wire/dialect.ts';

/** Throws SpillwayError `invalid_request` on a part that cannot be said here. */
export const writeRequest = (request: ChatRequest, options: WriteOptions): Written => {
  const abilities = abilitiesOf(options.model);
  const isSame = request.dialect === DIALECT;
  const maxTokens = capOf(request, options);
  const left: RequestField[] = [];
  const format = formatOf(request, abilities);
  const borrowed = borrowedBy(BORROWED, isSame ? {} : request.extra);
  const { tools: its, choice } = toolsOf(request, { abilities, emulates: format.emulates });
  const tools = [...its, ...borrowed.tools];
  const thinking = isSame
    ? sameThinking(request)
    : translatedThinking(request, { abilities, maxTokens, isForced: isForced(choice) });
  if (thinking.isLeft) left.push('reasoning');
  const sampling = writeSampling(request, { abilities, isThinking: isThinking(thinking.thinking) });
  const system = contentField(writeSystem(request));
  const tier = tierOf(request);
  left.push(...sampling.left, ...unsaid(request));
  if (request.serviceTier !== undefined && tier === undefined) left.push('serviceTier');
  const config: JsonObject = {
    ...(thinking.effort !== undefined && { effort: thinking.effort }),
    ...(format.native && { format: format.native }),
  };
  const user =
    request.user !== undefined && (isSame || isFit(request.user)) ? request.user : undefined;
  const body: JsonObject = {
    model: options.model,
    ...(system['content'] !== undefined && { system: system['content'] }),
    messages: writeMessages(request),
    max_tokens: maxTokens,
    ...sampling.fields,
    ...(tools.length > 0 && { tools }),
    ...(choice && (tools.length > 0 || isSame) && { tool_choice: choice }),
    ...(thinking.thinking && { thinking: thinking.thinking }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
    ...(user !== undefined && { metadata: { user_id: user } }),
    ...(tier !== undefined && { service_tier: tier }),
    ...(request.stream && { stream: true }),
    ...(isSame && request.extra),
  };
  const { taken } = borrowed;
  return {
    body,
    left,
    ...(taken.length > 0 && { taken }),
    ...(format.emulates && { emulates: 'format' as const }),
  };
};

/** This dialect demands a number; thoughts count towards it. */
const capOf = (
  { maxOutputTokens, reasoning }: ChatRequest,
  { model, mostOutputTokens = Infinity }: WriteOptions,
): number => {
  if (maxOutputTokens !== undefined) return maxOutputTokens;
  const usual = isWanted(reasoning)
    ? thinkingOutputTokens(reasoning?.budgetTokens ?? 0)
    : usualOutputTokens(model);
  return Math.min(usual, mostOutputTokens);
};

const formatOf = (
  { format, dialect }: ChatRequest,
  { schemas }: Abilities,
): { readonly native?: JsonObject; readonly emulates?: boolean } => {
  if (!format) return {};
  const native = nativeFormat(format, { isTaken: schemas, isSame: dialect === DIALECT });
  return native ? { native } : { emulates: true };
};

const toolsOf = (
  request: ChatRequest,
  { abilities, emulates }: { abilities: Abilities; emulates: boolean | undefined },
): { readonly tools: JsonObject[]; readonly choice: JsonObject | undefined } => {
  const tools = writeTools(request, abilities);
  const choice = writeChoice(request);
  return emulates && request.format
    ? emulated(request.format, { tools, choice })
    : { tools, choice };
};

const isForced = (choice: JsonObject | undefined): boolean =>
  choice?.['type'] === 'any' || choice?.['type'] === 'tool';

const isThinking = (thinking: JsonObject | undefined): boolean =>
  isObject(thinking) && thinking['type'] !== 'disabled';

/** Of what callers of other dialects may ask: all that nothing here answers to, unless it asks for the usual. */
const unsaid = (request: ChatRequest): RequestField[] => {
  const asked: Partial<Record<RequestField, boolean>> = {
    seed: request.seed !== undefined,
    presencePenalty: (request.presencePenalty ?? 0) !== 0,
    frequencyPenalty: (request.frequencyPenalty ?? 0) !== 0,
    choices: (request.choices ?? 1) > 1,
    logprobs: request.logprobs !== undefined,
    tools: hasForeignTool(request),
    metadata: request.metadata !== undefined,
  };
  return (Object.keys(asked) as RequestField[]).filter((field) => asked[field]);
};

const TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  priority: 'auto',
  default: 'standard_only',
};

const tierOf = ({ serviceTier, dialect }: ChatRequest): string | undefined => {
  if (serviceTier === undefined) return undefined;
  const own = TIERS[serviceTier];
  return own ?? (dialect === DIALECT ? serviceTier : undefined);
};

/** The vendor asks for names that tell nothing of a person, and takes so many characters. */
const MOST_USER_CHARS = 256;
const PERSONAL = /@|^\+?[\d\s().-]{7,}$/;

const isFit = (user: string): boolean =>
  user !== '' && user.length <= MOST_USER_CHARS && !PERSONAL.test(user);
