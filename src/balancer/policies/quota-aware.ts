import { leastLoaded } from '#balancer/policies/pick.ts';
import { type Candidate, type Choice, definePolicy } from '#balancer/policies/policy.ts';
import { pickByShare, shareOf } from '#balancer/policies/share.ts';
import { z } from '#core/schema.ts';

/** How fast a limit becomes dearer as it is used up: e^4 between full and empty. 2 to 12 do as well. */
const STEEPNESS = 4;
/**
 * By how much a prompt that lies whole in a deployment's cache makes it cheaper, at most. Half: it
 * stays there until another one's limits are emptier by a sixth (ln 2 / STEEPNESS).
 */
const CACHE_VALUE = 0.5;
/** Prices that differ by less are equal: half a hundredth of a limit decides nothing. */
const EQUAL = 1.02;

/** What this request takes from the row's limits, each weighed by how scarce it is there. */
const price = ({ quota, cachedTokens }: Candidate): number => {
  let sum = 0;
  let tokens = cachedTokens;
  for (const { dimension, perMinute, capacity, level, cost } of quota) {
    if (cost <= 0) continue;
    sum += (Math.exp(STEEPNESS * (1 - level / capacity)) * cost) / perMinute;
    if ((dimension === 'tokens' || dimension === 'input') && cost > tokens) tokens = cost;
  }
  return cachedTokens > 0 ? sum * (1 - (CACHE_VALUE * cachedTokens) / tokens) : sum;
};

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
    const its = row.quota.length > 0 ? price(row) : Infinity;
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
