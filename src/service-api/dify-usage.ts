import { dollarText } from '#core/price.ts';
import type { Spent } from '#flow/spent.ts';
import type { Usage } from '#wire/chat-event.ts';

/** What a run or a node came to, in dollars; 0 where nobody knows. */
export const priceOf = ({ costNanos }: Spent): string => dollarText(costNanos ?? 0);

export const totalTokens = (usage: Usage | undefined): number =>
  (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
