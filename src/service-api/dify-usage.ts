import type { Json, JsonObject } from '#core/json.ts';
import { dollarText } from '#core/price.ts';
import type { RoundsTold } from '#flow/nodes/node-type.ts';
import type { Spent } from '#flow/spent.ts';
import type { Usage } from '#wire/chat-event.ts';

/** What a run or a node came to, in dollars; 0 where nobody knows. */
export const priceOf = ({ costNanos }: Spent): string => dollarText(costNanos ?? 0);

export const totalTokens = (usage: Usage | undefined): number =>
  (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);

/** What Dify tells of a container's rounds when they are over. */
export const roundsMetadata = (nodeType: string, told: RoundsTold | undefined): JsonObject => {
  const { spent = {}, durationsMs = [], variables, isBroken } = told ?? {};
  return {
    total_tokens: totalTokens(spent.usage),
    total_price: priceOf(spent),
    currency: 'USD',
    [`${nodeType}_duration_map`]: byRound(durationsMs.map((ms) => ms / 1000)),
    ...(variables && {
      loop_variable_map: byRound(variables.map((values) => ({ ...values }))),
      completed_reason: isBroken ? 'loop_break' : 'loop_completed',
    }),
  };
};

const byRound = (values: readonly Json[]): JsonObject =>
  Object.fromEntries(values.map((value, round) => [String(round), value]));
