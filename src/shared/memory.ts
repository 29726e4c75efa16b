import type { Admit } from '#balancer/admit.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import type { Pool } from '#balancer/pool.ts';
import { route } from '#balancer/route.ts';
import type { Random } from '#core/random.ts';

export interface MemoryOwnerDeps {
  readonly pool: Pool;
  readonly policy: Policy;
  readonly random: Random;
}

/** Owns the balance of one process. Choosing and leasing happen in one turn: nobody comes between. */
export const createMemoryOwner =
  ({ pool, policy, random }: MemoryOwnerDeps): Admit =>
  async ({ group, tried }) => {
    const routed = route({ rows: pool.rows(group), tried, policy, random });
    if (routed.choice === undefined) return { routed, queueMs: 0 };
    return { lease: pool.lease(routed.choice), routed, queueMs: 0 };
  };
