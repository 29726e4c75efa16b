import type { AccountView, LineView, QuotaView } from '#balancer/quota-view.ts';
import type { JsonObject } from '#core/json.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** What every limit has left, who says what it is, and who waits for it. */
export const serveQuota = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  sendJson(deps, http, quotaJson(deps.quota()));
  return {};
};

const quotaJson = ({ accounts, lines, groups }: QuotaView): JsonObject => ({
  groups: groups.map(({ group, deployments, pools, perMinute }) => ({
    group,
    deployments,
    pools,
    per_minute: { ...perMinute },
  })),
  pools: accounts.map(poolJson),
  queues: lines.filter(({ requests }) => requests > 0).map(queueJson),
});

const poolJson = (view: AccountView): JsonObject => ({
  pool: view.account,
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
  groups: [...groups],
  requests,
  tokens,
  tenants: tenants.map(({ oldestMs, ...tenant }) => ({ ...tenant, oldest_s: seconds(oldestMs) })),
});

const seconds = (ms: number): number => Math.round(ms) / 1000;
