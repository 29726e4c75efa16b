import { leastLoaded, pickEqual } from '#balancer/policies/pick.ts';
import { definePolicy } from '#balancer/policies/policy.ts';
import { z } from '#core/schema.ts';

/** The row where this request costs the least; one without a price counts as dearer than any price. */
export default definePolicy('cost-based-routing', z.object({}), () => (choice) => {
  const cheapest = leastLoaded(choice.candidates, (row) => row.costNanos ?? Infinity);
  return pickEqual({ ...choice, candidates: cheapest });
});
