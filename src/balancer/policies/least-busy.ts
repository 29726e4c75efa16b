import { leastLoaded, pickEqual } from '#balancer/policies/pick.ts';
import { definePolicy } from '#balancer/policies/policy.ts';
import { z } from '#core/schema.ts';

/** The row with the fewest calls in flight. */
export default definePolicy('least-busy', z.object({}), () => (choice) => {
  const idlest = leastLoaded(choice.candidates, (row) => row.inFlight);
  return pickEqual({ ...choice, candidates: idlest });
});
