import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatEvent, Citation, FinishReason, Usage } from '#wire/chat-event.ts';
import { DIALECT } from '#wire/cohere-chat/read-request.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
  ERROR_TOXIC: 'content-filter',
};

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  'content-filter': 'ERROR_TOXIC',
  other: 'COMPLETE',
};

export const reasonOf = (raw: string): FinishReason =>
  Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'other';

/** Our reason in the vendor's word: its own where it is one. */
export const reasonWord = (reason: FinishReason, raw: string): string =>
  Object.hasOwn(REASONS, raw) ? raw : WORDS[reason];

const tokensIn = (value: Json | undefined, key: string): number | undefined => {
  const count = isObject(value) ? own(value, key) : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
};

/** What the model was given and said; where that is not told, what is charged for. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isObject(value)) return undefined;
  for (const key of ['tokens', 'billed_units']) {
    const inputTokens = tokensIn(own(value, key), 'input_tokens');
    const outputTokens = tokensIn(own(value, key), 'output_tokens');
    if (inputTokens === undefined || outputTokens === undefined) continue;
    const cachedTokens = tokensIn(value, 'cached_tokens');
    return { inputTokens, outputTokens, ...(cachedTokens !== undefined && { cachedTokens }) };
  }
  return undefined;
};

export const writeUsage = (usage: Usage, billed: Json | undefined): JsonObject => {
  const counted = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens };
  return {
    billed_units: billed ?? counted,
    tokens: counted,
    ...(usage.cachedTokens !== undefined && { cached_tokens: usage.cachedTokens }),
  };
};

/** What is charged differs from what was counted: it is the vendor's own number. */
export const billedExtra = (value: Json | undefined): ChatEvent[] => {
  const billed = isObject(value) ? own(value, 'billed_units') : undefined;
  if (!isObject(billed)) return [];
  return [{ type: 'extra', dialect: DIALECT, value: { billed_units: billed } }];
};

export const readCitation = (value: Json | undefined): Citation | undefined => {
  if (!isObject(value)) return undefined;
  const { start, end, text, ...extra } = value;
  return {
    ...(typeof text === 'string' && { text }),
    ...(typeof start === 'number' && { from: start }),
    ...(typeof end === 'number' && { to: end }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

export const writeCitation = ({ text, from, to, extra }: Citation): JsonObject => ({
  ...(from !== undefined && { start: from }),
  ...(to !== undefined && { end: to }),
  ...(text !== undefined && { text }),
  ...extra,
});
