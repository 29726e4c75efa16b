import type { JsonObject } from '#core/json.ts';
import { type CostParts, dollarText, sumParts } from '#core/price.ts';
import type { Usage } from '#wire/chat-event.ts';

/** What model calls came to. */
export interface Spent {
  readonly usage?: Usage;
  /** Nano-dollars; absent where nobody knows. */
  readonly costNanos?: number;
  /** What the cost is made of. */
  readonly parts?: CostParts;
}

/** How long a call took, ms. */
export interface Took {
  readonly latencyMs: number;
  /** Until the first piece of its answer. */
  readonly firstMs?: number;
}

/** Two calls' together; what only one of them knows is all that is known. */
export const sumSpent = (a: Spent, b: Spent): Spent => {
  const usage = a.usage && b.usage ? sumUsage(a.usage, b.usage) : (a.usage ?? b.usage);
  const costNanos =
    a.costNanos === undefined && b.costNanos === undefined
      ? undefined
      : (a.costNanos ?? 0) + (b.costNanos ?? 0);
  const parts = a.parts && b.parts ? sumParts(a.parts, b.parts) : (a.parts ?? b.parts);
  return spentOf({ usage, costNanos, parts });
};

const sumUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
});

/** Without what is not known. */
export const spentOf = ({
  usage,
  costNanos,
  parts,
}: { readonly [Field in keyof Spent]?: Spent[Field] | undefined }): Spent => ({
  ...(usage && { usage }),
  ...(costNanos !== undefined && { costNanos }),
  ...(parts && { parts }),
});

/** One after the other; the first piece is the last call's. */
export const sumTook = (a: Took | undefined, b: Took | undefined): Took | undefined =>
  a && b ? { ...b, latencyMs: a.latencyMs + b.latencyMs } : (a ?? b);

/** Of so many tokens a price is told: dollars a million. */
const PRICE_UNIT = '0.000001';

/**
 * Tokens and prices under the names that flows and Dify's callers read, dollars as decimal texts. What
 * has no price that is known stands at 0, as in Dify.
 */
export const usageValue = ({ usage, costNanos, parts }: Spent, took?: Took): JsonObject => {
  const [input, output] = [usage?.inputTokens ?? 0, usage?.outputTokens ?? 0];
  const unit = parts ? PRICE_UNIT : '0';
  return {
    prompt_tokens: input,
    prompt_unit_price: dollarText(parts?.promptRate ?? 0),
    prompt_price_unit: unit,
    prompt_price: dollarText(parts?.promptNanos ?? 0),
    completion_tokens: output,
    completion_unit_price: dollarText(parts?.completionRate ?? 0),
    completion_price_unit: unit,
    completion_price: dollarText(parts?.completionNanos ?? 0),
    total_tokens: input + output,
    total_price: dollarText(costNanos ?? 0),
    currency: 'USD',
    latency: (took?.latencyMs ?? 0) / 1000,
    ...(took?.firstMs !== undefined && {
      time_to_first_token: took.firstMs / 1000,
      time_to_generate: (took.latencyMs - took.firstMs) / 1000,
    }),
  };
};
