import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Writable } from '#core/writable.ts';
import type { Usage } from '#wire/chat-event.ts';
import { wholeNumber } from '#wire/openai-chat/parts.ts';

/** Reads `usage`; undefined when a count that must be there is missing, negative or no number. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isObject(value)) return undefined;
  const inputTokens = wholeNumber(own(value, 'prompt_tokens'));
  // Embeddings produce no output and say so by leaving it out.
  const outputTokens = wholeNumber(own(value, 'completion_tokens') ?? 0);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = detail(value, 'prompt_tokens_details', 'cached_tokens');
  const cacheWriteTokens =
    wholeNumber(own(value, 'cache_creation_input_tokens')) ??
    detail(value, 'prompt_tokens_details', 'cache_write_tokens');
  const reasoningTokens = detail(value, 'completion_tokens_details', 'reasoning_tokens');
  const usage: Writable<Usage> = { inputTokens, outputTokens };
  if (cachedTokens !== undefined) usage.cachedTokens = cachedTokens;
  if (cacheWriteTokens !== undefined) usage.cacheWriteTokens = cacheWriteTokens;
  if (reasoningTokens !== undefined) usage.reasoningTokens = reasoningTokens;
  return usage;
};

const detail = (usage: JsonObject, group: string, key: string): number | undefined => {
  const details = own(usage, group);
  return isObject(details) ? wholeNumber(own(details, key)) : undefined;
};

export const writeUsage = (usage: Usage): JsonObject => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  ...(usage.cachedTokens !== undefined && {
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  }),
  ...(usage.reasoningTokens !== undefined && {
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }),
  // LiteLLM's word for it.
  ...(usage.cacheWriteTokens !== undefined && {
    cache_creation_input_tokens: usage.cacheWriteTokens,
  }),
});
