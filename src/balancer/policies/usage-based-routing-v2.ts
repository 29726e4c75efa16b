import { leastLoaded, pickEqual } from '#balancer/policies/pick.ts';
import { definePolicy } from '#balancer/policies/policy.ts';
import { z } from '#core/schema.ts';

/** The row that has used the fewest tokens in this minute of the clock, whatever its limits are. */
export default definePolicy('usage-based-routing-v2', z.object({}), () => (choice) => {
  const least = leastLoaded(choice.candidates, (row) => row.minute.tokens);
  return pickEqual({ ...choice, candidates: least });
});
