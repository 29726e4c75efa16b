import { leastLoaded, pickWeighted } from '#balancer/policies/pick.ts';
import { type Candidate, definePolicy } from '#balancer/policies/policy.ts';
import { z } from '#core/schema.ts';

type Share = (candidate: Candidate) => number;

/**
 * The first of weight, rpm and tpm that any row states is everybody's share; a row that lacks it
 * has none and is drawn only when no other can take the request, as in LiteLLM.
 */
const shareOf = (candidates: readonly Candidate[]): Share => {
  for (const key of ['weight', 'rpm', 'tpm'] as const)
    if (candidates.some((candidate) => (candidate[key] ?? 0) > 0))
      return (candidate) => candidate[key] ?? 0;
  return () => 1;
};

/**
 * Weighted random among the rows with the fewest calls in flight relative to their share: calls
 * that start together spread evenly, calls one after another are random.
 * With `independentDraws` it is blind to calls in flight, as LiteLLM's is.
 */
export default definePolicy(
  'simple-shuffle',
  z.object({ independentDraws: z.boolean().default(false) }),
  ({ independentDraws }) =>
    ({ candidates, random }) => {
      const share = shareOf(candidates);
      if (independentDraws) return pickWeighted({ candidates, random }, share);
      // A row without a share is the last resort, however idle it is.
      const load: Share = (row) => (share(row) > 0 ? row.inFlight / share(row) : Infinity);
      return pickWeighted({ candidates: leastLoaded(candidates, load), random }, share);
    },
);
