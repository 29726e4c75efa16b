import type { AccountView, DeploymentView, LineView, QuotaView } from '#balancer/quota-view.ts';
import type { JsonObject } from '#core/json.ts';

/** The balance in JSON, as docs/reference/quota.md has it. */
export const quotaJson = ({
  accounts,
  lines,
  groups,
  deployments,
  estimateError,
}: QuotaView): JsonObject => ({
  groups: groups.map(({ group, deployments, pools, perMinute }) => ({
    group,
    deployments,
    pools,
    per_minute: { ...perMinute },
  })),
  deployments: deployments.map(deploymentJson),
  pools: accounts.map(poolJson),
  queues: lines.filter(({ requests }) => requests > 0).map(queueJson),
  estimate_error: thousandths(estimateError),
});

const deploymentJson = ({ deployment, group, inFlight, isPaused, health }: DeploymentView) => ({
  deployment,
  group,
  in_flight: inFlight,
  paused: isPaused,
  health: health?.state ?? 'well',
  why: health?.why ?? null,
  back_s: health?.state === 'out' && health.backMs < Infinity ? seconds(health.backMs) : null,
});

const poolJson = (view: AccountView): JsonObject => ({
  pool: view.account,
  title: view.title,
  ...(view.model !== undefined && { model: view.model }),
  deployments: [...view.deployments],
  ...(view.sharing !== undefined && { sharing: view.sharing }),
  in_flight: view.inFlight,
  blocked_s: seconds(view.blockedMs),
  limits: view.gauges.map((gauge) => ({
    dimension: gauge.dimension,
    limit: gauge.amount,
    window_s: seconds(gauge.windowMs),
    refill: gauge.refill,
    capacity: gauge.capacity,
    level: Math.floor(gauge.level),
    known_from: gauge.source,
  })),
});

const queueJson = ({ groups, requests, tokens, tenants }: LineView): JsonObject => ({
  groups: groups.map((its) => ({ ...its })),
  requests,
  tokens,
  tenants: tenants.map(({ oldestMs, ...tenant }) => ({ ...tenant, oldest_s: seconds(oldestMs) })),
});

const thousandths = (ratio: number): number => Math.round(ratio * 1000) / 1000;

const seconds = (ms: number): number => Math.round(ms) / 1000;
