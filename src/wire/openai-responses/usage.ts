import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';

/** Reads `usage`; undefined when a count that must be there is missing, negative or no number. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isObject(value)) return undefined;
  const inputTokens = whole(own(value, 'input_tokens'));
  const outputTokens = whole(own(value, 'output_tokens'));
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = detail(value, 'input_tokens_details', 'cached_tokens');
  const cacheWriteTokens = detail(value, 'input_tokens_details', 'cache_write_tokens');
  const reasoningTokens = detail(value, 'output_tokens_details', 'reasoning_tokens');
  return {
    inputTokens,
    outputTokens,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
};

const detail = (usage: JsonObject, group: string, key: string): number | undefined => {
  const details = own(usage, group);
  return isObject(details) ? whole(own(details, key)) : undefined;
};

export const whole = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** The format demands the two details that most clients read without looking: 0 where nothing was told. */
export const writeUsage = (usage: Usage): JsonObject => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: {
    cached_tokens: usage.cachedTokens ?? 0,
    ...(usage.cacheWriteTokens !== undefined && { cache_write_tokens: usage.cacheWriteTokens }),
  },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  total_tokens: usage.inputTokens + usage.outputTokens,
});
