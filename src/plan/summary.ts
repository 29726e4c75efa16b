import type { JsonObject } from '#core/json.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { GroupUse, Tally } from '#plan/tally.ts';

/** How the requests of a replay, or of one group, fared. */
export interface Fared {
  readonly requests: number;
  readonly served: number;
  /** Stood in line, and were served. */
  readonly waited: number;
  /** Of those served, ms. */
  readonly waitP50Ms: number;
  readonly waitP99Ms: number;
  readonly waitMostMs: number;
  readonly refused: number;
  /** Of these, by the code that the caller would get. */
  readonly refusedBy: Readonly<Record<string, number>>;
}

export interface DeploymentSummary {
  readonly deployment: string;
  readonly group: string;
  readonly requests: number;
  /** Of all that were served, 0 to 1. */
  readonly share: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the limit that is used most, over the whole time; absent where no limit is known. */
  readonly busiest?: { readonly limit: string; readonly used: number };
  /** Absent where nothing of it has a price. */
  readonly nanos?: number;
}

export interface PlanSummary {
  readonly all: Fared;
  readonly groups: Readonly<Record<string, Fared>>;
  readonly deployments: readonly DeploymentSummary[];
  readonly nanos: number;
  /** Requests that were served without a price. */
  readonly unpriced: number;
  /** Requests for models that the config does not have. */
  readonly unknownModels: Readonly<Record<string, number>>;
}

const MINUTE_MS = 60_000;

export const summarise = (tally: Tally, ledger: Ledger, now: number): PlanSummary => {
  const all: GroupUse = { requests: 0, served: 0, waitsMs: [], refused: new Map() };
  for (const group of tally.groups.values()) {
    all.requests += group.requests;
    all.served += group.served;
    for (const waitMs of group.waitsMs) all.waitsMs.push(waitMs);
    for (const [code, count] of group.refused)
      all.refused.set(code, (all.refused.get(code) ?? 0) + count);
  }
  const groups = [...tally.groups].map(([group, use]) => [group, fared(use)] as const);
  const uses = [...tally.deployments.values()];
  return {
    all: fared(all),
    groups: Object.fromEntries(groups),
    deployments: deploymentsOf(tally, { ledger, now }, all.served),
    nanos: uses.reduce((sum, { nanos }) => sum + nanos, 0),
    unpriced: uses.reduce((sum, { unpriced }) => sum + unpriced, 0),
    unknownModels: Object.fromEntries(tally.unknownModels),
  };
};

const fared = ({ requests, served, waitsMs, refused }: GroupUse): Fared => {
  const sorted = Float64Array.from(waitsMs).toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    requests,
    served,
    waited: sorted.length - sorted.filter((waitMs) => waitMs === 0).length,
    waitP50Ms: at(0.5),
    waitP99Ms: at(0.99),
    waitMostMs: sorted.at(-1) ?? 0,
    refused: [...refused.values()].reduce((sum, count) => sum + count, 0),
    refusedBy: Object.fromEntries(refused),
  };
};

interface Limits {
  readonly ledger: Ledger;
  readonly now: number;
}

const deploymentsOf = (tally: Tally, limits: Limits, served: number): DeploymentSummary[] =>
  tally.members.map(({ name, group, accounts }) => {
    const { requests, inputTokens, outputTokens, nanos, unpriced } = tally.deployments.get(name)!;
    const busiest = busiestOf(tally, limits, accounts);
    return {
      deployment: name,
      group,
      requests,
      share: served === 0 ? 0 : requests / served,
      inputTokens,
      outputTokens,
      ...(busiest && { busiest }),
      ...(unpriced < requests && { nanos }),
    };
  });

/** A burst may be spent on top of what comes back: over a short time more than all of a limit is used. */
const busiestOf = (
  { spanMs }: Tally,
  { ledger, now }: Limits,
  accounts: readonly string[],
): DeploymentSummary['busiest'] => {
  let busiest: DeploymentSummary['busiest'];
  for (const account of accounts)
    for (const { dimension, amount, windowMs } of ledger.gauges(account, now)) {
      if (windowMs === 0) continue;
      const used =
        ledger.charged(account, dimension) / (amount * (Math.max(spanMs, MINUTE_MS) / windowMs));
      if (!busiest || used > busiest.used) {
        const perMinute = Math.round((amount * MINUTE_MS) / windowMs);
        busiest = { limit: `${perMinute.toLocaleString('en-US')} ${dimension}/min`, used };
      }
    }
  return busiest;
};

/** A summary as JSON: ms, dollars. */
export const summaryJson = (summary: PlanSummary): JsonObject => ({
  ...faredJson(summary.all),
  cost_usd: dollars(summary.nanos),
  unpriced_requests: summary.unpriced,
  unknown_models: { ...summary.unknownModels },
  groups: Object.fromEntries(
    Object.entries(summary.groups).map(([group, one]) => [group, faredJson(one)]),
  ),
  deployments: summary.deployments.map((one) => ({
    deployment: one.deployment,
    group: one.group,
    requests: one.requests,
    share: one.share,
    input_tokens: one.inputTokens,
    output_tokens: one.outputTokens,
    busiest_limit: one.busiest?.limit ?? null,
    used: one.busiest?.used ?? null,
    cost_usd: one.nanos === undefined ? null : dollars(one.nanos),
  })),
});

const faredJson = (one: Fared): JsonObject => ({
  requests: one.requests,
  served: one.served,
  waited: one.waited,
  wait_p50_ms: one.waitP50Ms,
  wait_p99_ms: one.waitP99Ms,
  wait_most_ms: one.waitMostMs,
  refused: one.refused,
  refused_by: { ...one.refusedBy },
});

const dollars = (nanos: number): number => nanos / 1e9;
