import { atHome, leastLoaded, pickWeighted } from '#balancer/policies/pick.ts';
import type { Candidate, Choice } from '#balancer/policies/policy.ts';

export type Share = (candidate: Candidate) => number;

const EVEN: Share = () => 1;

/**
 * The first of weight, rpm and tpm that any row states is everybody's share; a row that lacks it
 * has none and is drawn only when no other can take the request, as in LiteLLM.
 */
export const shareOf = (candidates: readonly Candidate[]): Share => {
  for (const key of ['weight', 'rpm', 'tpm'] as const)
    if (candidates.some((candidate) => (candidate[key] ?? 0) > 0))
      return (candidate) => candidate[key] ?? 0;
  return EVEN;
};

/**
 * Weighted random among those with the fewest calls under way relative to their share, and of those
 * among the ones that the same run has used the least.
 */
export const pickByShare = ({ candidates, random }: Choice): Candidate => {
  if (candidates.length === 1) return candidates[0]!;
  const share = shareOf(candidates);
  // A row without a share is the last resort, however idle it is.
  const relative = (calls: number, row: Candidate): number =>
    share(row) > 0 ? calls / share(row) : Infinity;
  const idlest = leastLoaded(candidates, (row) => relative(row.inFlight, row));
  const apart = leastLoaded(idlest, (row) => relative(row.runCalls, row));
  return pickWeighted({ candidates: atHome(apart), random }, share);
};
