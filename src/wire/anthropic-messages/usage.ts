import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { fieldCount } from '#wire/anthropic-messages/fields.ts';
import type { Usage } from '#wire/chat-event.ts';
import { wholeUsage } from '#wire/usage-parts.ts';

/** Counts as the vendor gives them, in pieces: some come at a stream's start, all others at its end. */
export interface Counts {
  /** Without what a cache held or took in. */
  readonly fresh?: number;
  readonly cached?: number;
  readonly written?: number;
  readonly output?: number;
  readonly thinking?: number;
}

export const readCounts = (usage: Json | undefined): Counts => {
  if (!isObject(usage)) return {};
  const fresh = fieldCount(usage, 'input_tokens');
  const cached = fieldCount(usage, 'cache_read_input_tokens');
  const written = fieldCount(usage, 'cache_creation_input_tokens');
  const output = fieldCount(usage, 'output_tokens');
  const details = own(usage, 'output_tokens_details');
  const thinking = isObject(details) ? fieldCount(details, 'thinking_tokens') : undefined;
  return {
    ...(fresh !== undefined && { fresh }),
    ...(cached !== undefined && { cached }),
    ...(written !== undefined && { written }),
    ...(output !== undefined && { output }),
    ...(thinking !== undefined && { thinking }),
  };
};

/** What of the usage these counts tell. */
export const partOfUsage = (counts: Counts): Partial<Usage> => {
  const { fresh, cached, written, output, thinking } = counts;
  return {
    ...(fresh !== undefined && { inputTokens: fresh + (cached ?? 0) + (written ?? 0) }),
    ...(output !== undefined && { outputTokens: output }),
    ...(cached !== undefined && { cachedTokens: cached }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(thinking !== undefined && { reasoningTokens: thinking }),
  };
};

/** Undefined while a count that must be there is missing. */
export const usageOf = (counts: Counts): Usage | undefined => wholeUsage(partOfUsage(counts));

export const readUsage = (usage: Json | undefined): Usage | undefined => usageOf(readCounts(usage));

/** Counts that add up to `usage`, even where another vendor's do not. */
export const writeUsage = (usage: Usage): JsonObject => {
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
  const fresh = inputTokens - (cachedTokens ?? 0) - (cacheWriteTokens ?? 0);
  return {
    input_tokens: Math.max(0, fresh),
    ...(cacheWriteTokens !== undefined && { cache_creation_input_tokens: cacheWriteTokens }),
    ...(cachedTokens !== undefined && { cache_read_input_tokens: cachedTokens }),
    output_tokens: outputTokens,
    ...(reasoningTokens !== undefined && {
      output_tokens_details: { thinking_tokens: reasoningTokens },
    }),
  };
};
