import type { Candidate, Choice } from '#balancer/policies/policy.ts';

/** All candidates whose load is the least. */
export const leastLoaded = (
  candidates: readonly Candidate[],
  load: (candidate: Candidate) => number,
): readonly Candidate[] => {
  let least = Infinity;
  let count = 0;
  let first: Candidate | undefined;
  for (const candidate of candidates) {
    const its = load(candidate);
    if (its > least) continue;
    if (its === least) count++;
    else {
      count = 1;
      first = candidate;
      least = its;
    }
  }
  // Most often they are all the same, or one is alone.
  if (count === candidates.length) return candidates;
  if (count === 1) return [first!];
  return withLoad(least, load, candidates);
};

/** Apart from its caller, which needs no closure most often. */
const withLoad = (
  its: number,
  load: (candidate: Candidate) => number,
  candidates: readonly Candidate[],
): readonly Candidate[] => candidates.filter((candidate) => load(candidate) === its);

/** Draws one with a chance in proportion to its share; any of them when all shares are 0. */
export const pickWeighted = (
  { candidates, random }: Choice,
  share: (candidate: Candidate) => number,
): Candidate => {
  if (candidates.length === 1) return candidates[0]!;
  let total = 0;
  for (const candidate of candidates) total += share(candidate);
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
  const apart = leastLoaded(candidates, runCallsOf);
  const idlest = leastLoaded(apart, inFlightOf);
  return pickWeighted({ candidates: atHome(idlest), random }, one);
};

export const runCallsOf = ({ runCalls }: Candidate): number => runCalls;
export const inFlightOf = ({ inFlight }: Candidate): number => inFlight;
const one = (): number => 1;
const awayOf = ({ home }: Candidate): number => (home ? 0 : 1);

/** The candidate to which the prompt's key belongs, where there is one; else all of them. */
export const atHome = (candidates: readonly Candidate[]): readonly Candidate[] =>
  leastLoaded(candidates, awayOf);
