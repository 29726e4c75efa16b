import { pickWeighted } from '#balancer/policies/pick.ts';
import { definePolicy } from '#balancer/policies/policy.ts';
import { pickByShare, shareOf } from '#balancer/policies/share.ts';
import { z } from '#core/schema.ts';

/**
 * Weighted random among the rows with the fewest calls in flight relative to their share: calls
 * that start together spread evenly, calls one after another are random.
 * With `independentDraws` it is blind to calls in flight, as LiteLLM's is.
 */
export default definePolicy(
  'simple-shuffle',
  z.object({ independentDraws: z.boolean().default(false) }),
  ({ independentDraws }) =>
    (choice) =>
      independentDraws ? pickWeighted(choice, shareOf(choice.candidates)) : pickByShare(choice),
);
