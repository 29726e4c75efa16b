import type { Candidate } from '#balancer/policies/policy.ts';

/** How fast a limit becomes dearer as it is used up: e^4 between full and empty. 2 to 12 do as well. */
const STEEPNESS = 4;
/**
 * By how much a prompt that lies whole in a deployment's cache makes it cheaper, at most. Half: it
 * stays there until another one's limits are emptier by a sixth (ln 2 / STEEPNESS).
 */
export const CACHE_VALUE = 0.5;

/** What a request takes from the row's limits, each weighed by how scarce it is there. */
export const dualPrice = ({ quota, cachedTokens }: Candidate): number => {
  let sum = 0;
  let tokens = cachedTokens;
  for (const { dimension, perMinute, capacity, level, cost } of quota) {
    if (cost <= 0) continue;
    sum += (Math.exp(STEEPNESS * (1 - level / capacity)) * cost) / perMinute;
    if ((dimension === 'tokens' || dimension === 'input') && cost > tokens) tokens = cost;
  }
  return cachedTokens > 0 ? sum * (1 - (CACHE_VALUE * cachedTokens) / tokens) : sum;
};
