/** What a vendor charges of its own apart from the rest of input and output. */
export const PRICE_KINDS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

export type PriceKind = (typeof PRICE_KINDS)[number];

/** Nano-dollars per million tokens: whole numbers > 0 for every price that vendors publish. */
export interface Rate {
  readonly nanos: number;
  /** A call that reads more than so many tokens has another rate for all of them; lowest first. */
  readonly above?: readonly { readonly tokens: number; readonly nanos: number }[];
}

/** What a model's tokens cost. A kind that is absent is charged as the input or output it is a part of. */
export type Prices = { readonly [Kind in PriceKind]?: Rate };

/** Tokens of one call; input includes what came from a cache or went there, output the reasoning. */
interface Counted {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
}

/**
 * Nano-dollars, rounded; undefined where something that was used has no price: then nothing is
 * known, and it is not free.
 */
export const costOf = (prices: Prices, used: Counted): number | undefined => {
  const { inputTokens } = used;
  const cached = within(used.cachedTokens, inputTokens);
  const written = within(used.cacheWriteTokens, inputTokens - cached);
  const { input, output, cacheRead = input, cacheWrite = input } = prices;
  const sum =
    partOf(inputTokens - cached - written, input, inputTokens) +
    partOf(cached, cacheRead, inputTokens) +
    partOf(written, cacheWrite, inputTokens) +
    answered(prices, used);
  if (Number.isNaN(sum)) return undefined;
  // Nothing was used of a model that may have no price at all.
  if (sum === 0 && !input && !output) return undefined;
  return Math.round(sum / 1_000_000);
};

/** Of the answer alone; NaN where something in it has no price. */
const answered = ({ output, reasoning: thought = output }: Prices, used: Counted): number => {
  const { inputTokens, outputTokens } = used;
  const reasoning = within(used.reasoningTokens, outputTokens);
  return (
    partOf(outputTokens - reasoning, output, inputTokens) + partOf(reasoning, thought, inputTokens)
  );
};

/** What a cost is made of: nano-dollars, and nano-dollars per million tokens of either kind. */
export interface CostParts {
  readonly promptNanos: number;
  readonly completionNanos: number;
  readonly promptRate: number;
  readonly completionRate: number;
}

/** The parts of what a call came to; together they are exactly that. Undefined where a price is not known. */
export const costParts = (
  costNanos: number,
  prices: Prices,
  used: Counted,
): CostParts | undefined => {
  const { input, output } = prices;
  const completion = Math.round(answered(prices, used) / 1_000_000);
  if (Number.isNaN(completion)) return undefined;
  const completionNanos = Math.min(completion, costNanos);
  return {
    promptNanos: costNanos - completionNanos,
    completionNanos,
    promptRate: input ? Math.round(rateAt(input, used.inputTokens)) : 0,
    completionRate: output ? Math.round(rateAt(output, used.inputTokens)) : 0,
  };
};

/** Of two calls; the rates are the second one's. */
export const sumParts = (a: CostParts, b: CostParts): CostParts => ({
  ...b,
  promptNanos: a.promptNanos + b.promptNanos,
  completionNanos: a.completionNanos + b.completionNanos,
});

/** In a call that reads so many; NaN where something was used that has no price. */
const partOf = (tokens: number, rate: Rate | undefined, inputTokens: number): number => {
  if (tokens === 0) return 0;
  return rate ? tokens * rateAt(rate, inputTokens) : Number.NaN;
};

/** Nano-dollars per million tokens for a call that reads so many. */
const rateAt = ({ nanos, above }: Rate, inputTokens: number): number =>
  above?.findLast(({ tokens }) => inputTokens > tokens)?.nanos ?? nanos;

/** A vendor's parts may come to more than its whole. */
const within = (part: number | undefined, whole: number): number =>
  Math.min(Math.max(part ?? 0, 0), Math.max(whole, 0));

const NANO_DIGITS = 9;

/** Exact, without an exponent: `0.0000125`. `nanos` is whole and ≥ 0. */
export const dollarText = (nanos: number): string => {
  const digits = String(nanos).padStart(NANO_DIGITS + 1, '0');
  const fraction = digits.slice(-NANO_DIGITS).replace(/0+$/, '');
  const whole = digits.slice(0, -NANO_DIGITS);
  return fraction === '' ? whole : `${whole}.${fraction}`;
};
