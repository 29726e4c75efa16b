import { CACHE_VALUE, dualPrice } from '#balancer/policies/dual-price.ts';
import { leastLoaded, runCallsOf } from '#balancer/policies/pick.ts';
import { type Candidate, type Choice, definePolicy } from '#balancer/policies/policy.ts';
import { pickByShare, shareOf } from '#balancer/policies/share.ts';
import { z } from '#core/schema.ts';

/** Prices that differ by less are equal: half a hundredth of a limit decides nothing. */
const EQUAL = 1.02;

/** Where nobody has limits, the calls under way are the price. */
const pickWithoutLimits = (choice: Choice): Candidate => {
  const { candidates } = choice;
  let mostCached = 0;
  for (const { cachedTokens } of candidates) mostCached = Math.max(mostCached, cachedTokens);
  return mostCached === 0 ? pickByShare(choice) : pickCached(choice, mostCached);
};

/** A prompt that is cached makes a call as much lighter. */
const pickCached = ({ candidates, random }: Choice, mostCached: number): Candidate => {
  const share = shareOf(candidates);
  const load = (row: Candidate): number =>
    share(row) > 0
      ? ((row.inFlight + 1) / share(row)) * (1 - (CACHE_VALUE * row.cachedTokens) / mostCached)
      : Infinity;
  return pickByShare({ candidates: leastLoaded(candidates, load), random });
};

const isUnlimited = ({ quota }: Candidate): boolean => quota.length === 0;

/** Below any price: nothing is known of what limits it. */
const UNKNOWN = -1;

const priceOf = (row: Candidate): number => (isUnlimited(row) ? UNKNOWN : dualPrice(row));

const leastOf = (prices: readonly number[]): number => {
  let least = Infinity;
  for (const price of prices) if (price !== UNKNOWN && price < least) least = price;
  return least;
};

/** Those whose price is no higher: most often all, and then no list of their own. */
const upTo = (
  bound: number,
  prices: readonly number[],
  rows: readonly Candidate[],
): readonly Candidate[] =>
  prices.every((price) => price <= bound) ? rows : rows.filter((_, i) => prices[i]! <= bound);

/**
 * The cheapest row by the dual price: long prompts go where tokens are plentiful, short ones where
 * requests are, and equal keys are used evenly. A row of which no limit is known is as cheap as the
 * cheapest: it gets its share of calls, and no more. Among equals, calls of one run go apart; then
 * it spreads as simple-shuffle does.
 */
export default definePolicy('quota-aware', z.object({}), () => (choice) => {
  const { candidates, random } = choice;
  if (candidates.every(isUnlimited)) return pickWithoutLimits(choice);
  const prices = candidates.map(priceOf);
  const least = leastOf(prices);
  if (least === Infinity) return pickWithoutLimits(choice);
  const cheapest = upTo(least * EQUAL, prices, candidates);
  if (cheapest.length === 1) return cheapest[0]!;
  return pickByShare({ candidates: leastLoaded(cheapest, runCallsOf), random });
});
