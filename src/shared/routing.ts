import type { Bid } from '#balancer/bid.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import type { Pool } from '#balancer/pool.ts';
import { type Routed, route } from '#balancer/route.ts';
import type { Clock } from '#core/clock.ts';
import type { Random } from '#core/random.ts';
import type { Waiter } from '#shared/waiter.ts';

interface RoutingDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly pool: Pool;
  readonly policy: Policy;
}

/** Of the time that is left, what a request can spare to wait for a cheaper deployment. */
const SPARED = 0.25;

/** Which of these deployments takes it, as things stand. `kept`: accounts that are kept for others. */
export const routeTo = (
  { clock, random, pool, policy }: RoutingDeps,
  waiter: Waiter,
  { bids, kept }: { readonly bids: readonly Bid[]; readonly kept: ReadonlySet<string> },
): Routed => {
  const { request, waits } = waiter;
  const now = waiter.now(clock);
  return route({
    rows: pool.rows(bids, request, { kept, now }),
    tried: request.tried,
    stream: request.stream,
    retryable: request.retryable,
    hasFallback: request.hasFallback,
    pinned: request.pinned,
    needs: request.needs,
    tags: request.tags,
    budgets: request.budgets,
    patienceMs: waits ? (request.waitUntil - now) * SPARED : undefined,
    policy,
    random,
  });
};
