import { accountTitle } from '#balancer/account-names.ts';
import type { Estimator } from '#balancer/estimate.ts';
import type { Pool } from '#balancer/pool.ts';
import type {
  AccountView,
  DeploymentView,
  LineView,
  QuotaView,
  TenantView,
} from '#balancer/quota-view.ts';
import { mergedSentence } from '#balancer/sharing/sentences.ts';
import type { SharedSet } from '#balancer/sharing/shared-set.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { groupViews } from '#shared/group-view.ts';
import type { Lane } from '#shared/lane.ts';
import type { Lanes } from '#shared/lanes.ts';
import { factsOf } from '#shared/sharing-report.ts';

/** Tenants that one line lists; the rest are in its sums. */
const MOST_TENANTS = 100;

export interface ViewDeps {
  readonly pool: Pool;
  readonly ledger: Ledger;
  readonly estimator: Estimator;
  readonly lanes: Lanes;
  readonly sets: readonly SharedSet[];
}

/** The balance as it stands. */
export const quotaView = (deps: ViewDeps, now: number): QuotaView => {
  const { pool, lanes, estimator } = deps;
  const accounts = accountViews(deps, now);
  return {
    groups: groupViews(pool, accounts),
    deployments: deploymentViews(pool),
    accounts,
    lines: [...lanes.all()].map((lane) => lineView(lane, lanes.groupsOf(lane), now)),
    estimateError: estimator.error,
  };
};

/** Every account that some deployment draws from, and those of the models behind patterns. */
const accountViews = (deps: ViewDeps, now: number): AccountView[] => {
  const { pool, ledger, sets } = deps;
  const sentences = new Map(
    sets.map((set) => [set.account, mergedSentence(factsOf(set, deps, now))]),
  );
  return [...drawnOf(pool)].flatMap(([account, { deployments, inFlight, model }]) => {
    // The ledger shows its gauges in place: what is kept must be a copy.
    const gauges = ledger.gauges(account, now).map((gauge) => ({ ...gauge }));
    // Of a pattern's models each deployment knows only some.
    if (model !== undefined && gauges.length === 0) return [];
    return {
      account,
      title: accountTitle(account, deployments),
      ...(model !== undefined && { model }),
      deployments,
      inFlight,
      gauges,
      blockedMs: Math.max(0, ledger.blockedUntil(account, now) - now),
      ...(sentences.has(account) && { sharing: sentences.get(account)! }),
    };
  });
};

interface Drawn {
  readonly deployments: string[];
  readonly model?: string;
  inFlight: number;
}

const drawnOf = (pool: Pool): ReadonlyMap<string, Drawn> => {
  const drawn = new Map<string, Drawn>();
  for (const member of pool.everybody) {
    const { name } = member;
    const { inFlight, accounts: all } = pool.state(name);
    for (const model of pool.models(member))
      for (const account of pool.accounts(member, model)) {
        const isNarrowed = !all.includes(account);
        const its = drawn.get(account) ?? {
          deployments: [],
          inFlight: 0,
          ...(isNarrowed && { model }),
        };
        drawn.set(account, its);
        if (its.deployments.includes(name)) continue;
        its.deployments.push(name);
        its.inFlight += inFlight;
      }
  }
  return drawn;
};

const deploymentViews = (pool: Pool): DeploymentView[] =>
  pool.everybody.map(({ name, group }) => {
    const health = pool.health?.view(name);
    return {
      deployment: name,
      group,
      inFlight: pool.state(name).inFlight,
      isPaused: pool.isPaused(name),
      ...(health && { health }),
    };
  });

const lineView = (lane: Lane, groups: readonly string[], now: number): LineView => {
  const counts = new Map(groups.map((group) => [group, 0]));
  const tenants = new Map<string, { -readonly [K in keyof TenantView]: TenantView[K] }>();
  let tokens = 0;
  for (const { request, weight, since } of lane.waiting()) {
    const { key, user } = request.tenant;
    const { priority } = request;
    tokens += weight;
    const [group] = request.groups;
    counts.set(group, (counts.get(group) ?? 0) + 1);
    const word = JSON.stringify([key, user, priority]);
    const known = tenants.get(word);
    if (!known && tenants.size >= MOST_TENANTS) continue;
    const its = known ?? { key, user, priority, requests: 0, tokens: 0, oldestMs: 0 };
    its.requests++;
    its.tokens += weight;
    its.oldestMs = Math.max(its.oldestMs, now - since);
    tenants.set(word, its);
  }
  return {
    groups: [...counts].map(([group, requests]) => ({ group, requests })),
    requests: lane.size,
    tokens,
    tenants: [...tenants.values()],
  };
};
