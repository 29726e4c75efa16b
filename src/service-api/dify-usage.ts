import type { JsonObject } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';

/** Tokens in the words of Dify's API. What they cost is the gateway's to know: its prices stand at 0 here. */
export const difyUsage = (usage: Usage | undefined, latencyMs: number): JsonObject => ({
  prompt_tokens: usage?.inputTokens ?? 0,
  prompt_unit_price: '0',
  prompt_price_unit: '0',
  prompt_price: '0',
  completion_tokens: usage?.outputTokens ?? 0,
  completion_unit_price: '0',
  completion_price_unit: '0',
  completion_price: '0',
  total_tokens: totalTokens(usage),
  total_price: '0',
  currency: 'USD',
  latency: latencyMs / 1000,
});

export const totalTokens = (usage: Usage | undefined): number =>
  (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
