import type { Candidate, Choice } from '#balancer/policies/policy.ts';

/** All candidates whose load is the least. */
export const leastLoaded = (
  candidates: readonly Candidate[],
  load: (candidate: Candidate) => number,
): readonly Candidate[] => {
  let least = Infinity;
  let count = 0;
  for (const candidate of candidates) {
    const its = load(candidate);
    if (its < least) count = 0;
    if (its <= least) count++;
    least = Math.min(least, its);
  }
  // Most often they are all the same.
  if (count === candidates.length) return candidates;
  return candidates.filter((candidate) => load(candidate) === least);
};

/** Draws one with a chance in proportion to its share; any of them when all shares are 0. */
export const pickWeighted = (
  { candidates, random }: Choice,
  share: (candidate: Candidate) => number,
): Candidate => {
  if (candidates.length === 1) return candidates[0]!;
  const total = candidates.reduce((sum, candidate) => sum + share(candidate), 0);
  if (total <= 0) return candidates[Math.floor(random() * candidates.length)]!;
  let left = random() * total;
  for (const candidate of candidates) {
    left -= share(candidate);
    if (left < 0) return candidate;
  }
  // Rounding may leave a crumb: it belongs to the last one that has a share.
  return candidates.findLast((candidate) => share(candidate) > 0)!;
};

/**
 * One of those between whom a policy sees no difference: where the fewest calls of the same run have
 * gone, then where the fewest calls are under way, then where the prompt is at home, then by chance.
 */
export const pickEqual = ({ candidates, random }: Choice): Candidate => {
  const apart = leastLoaded(candidates, (row) => row.runCalls);
  const idlest = leastLoaded(apart, (row) => row.inFlight);
  return pickWeighted({ candidates: atHome(idlest), random }, () => 1);
};

/** The candidate to which the prompt's key belongs, where there is one; else all of them. */
export const atHome = (candidates: readonly Candidate[]): readonly Candidate[] =>
  leastLoaded(candidates, (row) => (row.home ? 0 : 1));
