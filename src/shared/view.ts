import type { Pool } from '#balancer/pool.ts';
import type { AccountView, LineView, TenantView } from '#balancer/quota-view.ts';
import { mergedSentence } from '#balancer/sharing/sentences.ts';
import type { SharedSet } from '#balancer/sharing/shared-set.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Lane } from '#shared/lane.ts';
import type { Lanes } from '#shared/lanes.ts';
import { factsOf } from '#shared/sharing-report.ts';

/** Tenants that one line lists; the rest are in its sums. */
const MOST_TENANTS = 100;

/** Every account that some deployment draws from. */
export const accountViews = (
  of: { readonly pool: Pool; readonly ledger: Ledger; readonly sets: readonly SharedSet[] },
  now: number,
): AccountView[] => {
  const { pool, ledger } = of;
  const sentences = new Map(
    of.sets.map((set) => [set.account, mergedSentence(factsOf(set, of, now))]),
  );
  const drawn = new Map<string, { deployments: string[]; inFlight: number }>();
  for (const group of pool.groups)
    for (const { name } of pool.members(group)) {
      const { accounts, inFlight } = pool.state(name);
      for (const account of accounts) {
        const its = drawn.get(account) ?? { deployments: [], inFlight: 0 };
        its.deployments.push(name);
        its.inFlight += inFlight;
        drawn.set(account, its);
      }
    }
  return [...drawn].map(([account, { deployments, inFlight }]) => ({
    account,
    deployments,
    inFlight,
    // The ledger shows its gauges in place: what is kept must be a copy.
    gauges: ledger.gauges(account, now).map((gauge) => ({ ...gauge })),
    blockedMs: Math.max(0, ledger.blockedUntil(account, now) - now),
    ...(sentences.has(account) && { sharing: sentences.get(account)! }),
  }));
};

export const lineViews = (lanes: Lanes, now: number): LineView[] =>
  [...lanes.all()].map((lane) => lineView(lane, lanes.groupsOf(lane), now));

const lineView = (lane: Lane, groups: readonly string[], now: number): LineView => {
  const tenants = new Map<string, { -readonly [K in keyof TenantView]: TenantView[K] }>();
  let tokens = 0;
  for (const { request, weight, since } of lane.waiting()) {
    const { key, user } = request.tenant;
    const { priority } = request;
    tokens += weight;
    const word = JSON.stringify([key, user, priority]);
    const known = tenants.get(word);
    if (!known && tenants.size >= MOST_TENANTS) continue;
    const its = known ?? { key, user, priority, requests: 0, tokens: 0, oldestMs: 0 };
    its.requests++;
    its.tokens += weight;
    its.oldestMs = Math.max(its.oldestMs, now - since);
    tenants.set(word, its);
  }
  return { groups, requests: lane.size, tokens, tenants: [...tenants.values()] };
};
