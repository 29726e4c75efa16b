import { type Cost, DIMENSIONS, type Dimension } from '#core/quota.ts';
import { MAX_AMOUNT } from '#ledger/limit.ts';

/** What a cost takes from a dimension: whole, from 0 to `MAX_AMOUNT`, whatever was written there. */
export const amountOf = (cost: Cost, dimension: Dimension): number => {
  const amount = named(cost, dimension);
  if (amount === undefined || !(amount > 0)) return 0;
  return amount > MAX_AMOUNT ? MAX_AMOUNT : Math.ceil(amount);
};

/** Name by name: what is looked up by names that change takes far longer, and each call asks for many. */
const named = (cost: Cost, dimension: Dimension): number | undefined => {
  switch (dimension) {
    case 'requests':
      return cost.requests;
    case 'tokens':
      return cost.tokens;
    case 'input':
      return cost.input;
    case 'output':
      return cost.output;
    case 'parallel':
      return cost.parallel;
    default:
      dimension satisfies 'money';
      return cost.money;
  }
};

/** Both together. */
export const total = (a: Cost, b: Cost): Cost =>
  Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, amountOf(a, dimension) + amountOf(b, dimension)]),
  );

/** The place of each dimension in a list of amounts by dimension. */
export const PLACE: Readonly<Record<Dimension, number>> = {
  requests: DIMENSIONS.indexOf('requests'),
  tokens: DIMENSIONS.indexOf('tokens'),
  input: DIMENSIONS.indexOf('input'),
  output: DIMENSIONS.indexOf('output'),
  parallel: DIMENSIONS.indexOf('parallel'),
  money: DIMENSIONS.indexOf('money'),
};

export const ZEROES: readonly number[] = DIMENSIONS.map(() => 0);

/** Tokens are estimates when they are reserved; everything else is counted. */
export const isEstimated = (dimension: Dimension): boolean =>
  dimension === 'tokens' || dimension === 'input' || dimension === 'output';
