import { leastLoaded, pickWeighted } from '#balancer/policies/pick.ts';
import { definePolicy } from '#balancer/policies/policy.ts';
import { z } from '#core/schema.ts';

/** The row with the fewest calls in flight; one of them by chance when several are equal. */
export default definePolicy('least-busy', z.object({}), () => ({ candidates, random }) => {
  const idlest = leastLoaded(candidates, (row) => row.inFlight);
  return pickWeighted({ candidates: idlest, random }, () => 1);
});
