import { CACHE_VALUE, dualPrice } from '#balancer/policies/dual-price.ts';
import { leastLoaded } from '#balancer/policies/pick.ts';
import { type Candidate, type Choice, definePolicy } from '#balancer/policies/policy.ts';
import { pickByShare, shareOf } from '#balancer/policies/share.ts';
import { z } from '#core/schema.ts';

/** Prices that differ by less are equal: half a hundredth of a limit decides nothing. */
const EQUAL = 1.02;

/** Where nobody has limits, the calls under way are the price. */
const pickWithoutLimits = (choice: Choice): Candidate => {
  const { candidates } = choice;
  const mostCached = candidates.reduce((most, row) => Math.max(most, row.cachedTokens), 0);
  if (mostCached === 0) return pickByShare(choice);
  const share = shareOf(candidates);
  const load = (row: Candidate): number =>
    share(row) > 0
      ? ((row.inFlight + 1) / share(row)) * (1 - (CACHE_VALUE * row.cachedTokens) / mostCached)
      : Infinity;
  return pickByShare({ ...choice, candidates: leastLoaded(candidates, load) });
};

/**
 * The cheapest row by the dual price: long prompts go where tokens are plentiful, short ones where
 * requests are, and equal keys are used evenly. A row of which no limit is known is as cheap as the
 * cheapest: it gets its share of calls, and no more. Among equals, calls of one run go apart; then
 * it spreads as simple-shuffle does.
 */
export default definePolicy('quota-aware', z.object({}), () => (choice) => {
  const { candidates } = choice;
  const prices: number[] = [];
  let least = Infinity;
  for (const row of candidates) {
    const its = row.quota.length > 0 ? dualPrice(row) : Infinity;
    prices.push(its);
    if (its < least) least = its;
  }
  if (least === Infinity) return pickWithoutLimits(choice);
  const bound = least * EQUAL;
  const cheapest = candidates.filter((row, i) => prices[i]! <= bound || row.quota.length === 0);
  if (cheapest.length === 1) return cheapest[0]!;
  const apart = leastLoaded(cheapest, (row) => row.runCalls);
  return pickByShare({ ...choice, candidates: apart });
});
