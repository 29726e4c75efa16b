import type { Tenant } from '#balancer/admit.ts';
import { Estimator } from '#balancer/estimate.ts';
import type { Member } from '#balancer/member.ts';
import type { OwnCharge } from '#balancer/own-side.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import { Pool } from '#balancer/pool.ts';
import type { QuotaView } from '#balancer/quota-view.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { MemoryPressure } from '#core/memory-pressure.ts';
import type { Random } from '#core/random.ts';
import { Ledger } from '#ledger/ledger.ts';
import { createOwnCharges, isOwn } from '#server/own-charges.ts';
import { createHealth } from '#server/health.ts';
import { membersOf, stateLimits } from '#server/members.ts';
import { MemoryOwner } from '#shared/memory.ts';

export interface Balance {
  readonly ledger: Ledger;
  readonly estimator: Estimator;
  /** What a request of this tenant takes on our own side. */
  readonly ownCharges: (tenant: Tenant) => readonly OwnCharge[];
  readonly owner: MemoryOwner;
  readonly members: readonly Member[];
  /** Whether a deployment is left out because it fails, its key is refused, or it is paused. */
  readonly isOut: (deployment: string) => boolean;
  /** It has another key. */
  readonly renewed: (deployment: string) => void;
  /** From now on the config's deployments are all there are; who is the same as before goes on as it was. */
  readonly take: () => void;
}

/** The balance of a config: its ledger, with what the config states, and who owns it. */
export const createBalance = (
  config: LoadedConfig,
  given: {
    readonly clock: Clock;
    readonly random: Random;
    readonly policy: Policy;
    readonly log: Log;
    readonly memory?: () => MemoryPressure;
  },
): Balance => {
  // What we limit ourselves is counted, not guessed: nothing of it is left unspent.
  const floorOf = (account: string): number | undefined => (isOwn(account) ? 0 : undefined);
  const ledger = new Ledger({ floorOf });
  stateLimits(config, ledger, given.clock.now());
  const estimator = new Estimator();
  let rows = new Map<Deployment, Member>();
  const serving = (): readonly Deployment[] => config.deployments.filter((row) => !row.isBlocked);
  const newRows = (): readonly Deployment[] => serving().filter((row) => !rows.has(row));
  const membersNow = (): readonly Member[] => {
    const deployments = newRows();
    const made = membersOf({ deployments }, given.clock.wall());
    const added = new Map(deployments.map((row, i) => [row, made[i]!]));
    rows = new Map(serving().map((row) => [row, (rows.get(row) ?? added.get(row))!]));
    return [...rows.values()];
  };
  let members = membersNow();
  const quota = (): QuotaView => owner.view();
  const health = createHealth(config, members, { ...given, quota });
  const pool = new Pool(members, { clock: given.clock, ledger, estimator, health });
  const { maxRequests, maxBytes, tenantShare, beforeFallbackMs, priorities } = config.queue;
  const batchShare = priorities.batch.share;
  const queue = { maxRequests, maxBytes, tenantShare, batchShare, beforeFallbackMs };
  const owner: MemoryOwner = new MemoryOwner({ ...given, ledger, estimator, pool, queue });
  const ownCharges = createOwnCharges(config, { ...given, ledger });
  const isOut = (deployment: string): boolean =>
    pool.isPaused(deployment) || health.view(deployment)?.state === 'out';
  const renewed = (deployment: string): void => health.renewed(deployment);
  return {
    ledger,
    estimator,
    owner,
    ownCharges,
    isOut,
    renewed,
    get members() {
      return members;
    },
    take() {
      stateLimits({ deployments: newRows(), quotaPools: {} }, ledger, given.clock.now());
      members = membersNow();
      owner.take(members);
    },
  };
};
