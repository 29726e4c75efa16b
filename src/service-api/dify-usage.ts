import type { JsonObject } from '#core/json.ts';
import { dollarText } from '#core/price.ts';
import type { Usage } from '#wire/chat-event.ts';

interface Spent {
  readonly usage?: Usage;
  readonly costNanos?: number;
}

/** What a run or a node came to, in dollars; 0 where nobody knows. */
export const priceOf = ({ costNanos }: Spent): string =>
  costNanos === undefined ? '0' : dollarText(costNanos);

/** Tokens in the words of Dify's API. Prices of a token stand at 0: calls of one run differ in theirs. */
export const difyUsage = (spent: Spent, latencyMs: number): JsonObject => {
  const { usage } = spent;
  return {
    prompt_tokens: usage?.inputTokens ?? 0,
    prompt_unit_price: '0',
    prompt_price_unit: '0',
    prompt_price: '0',
    completion_tokens: usage?.outputTokens ?? 0,
    completion_unit_price: '0',
    completion_price_unit: '0',
    completion_price: '0',
    total_tokens: totalTokens(usage),
    total_price: priceOf(spent),
    currency: 'USD',
    latency: latencyMs / 1000,
  };
};

export const totalTokens = (usage: Usage | undefined): number =>
  (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
