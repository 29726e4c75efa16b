import type { Dimension } from '#core/quota.ts';
import type { Pool } from '#balancer/pool.ts';
import type { AccountView, GroupView, LineView, TenantView } from '#balancer/quota-view.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Lane } from '#shared/lane.ts';
import type { Lanes } from '#shared/lanes.ts';

/** Tenants that one line lists; the rest are in its sums. */
const MOST_TENANTS = 100;

/** Every account that some deployment draws from. */
export const accountViews = (
  of: { readonly pool: Pool; readonly ledger: Ledger },
  now: number,
): AccountView[] => {
  const { pool, ledger } = of;
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
  }));
};

const MINUTE_MS = 60_000;

/** Of each group the sum of its pools: its deployments' innermost accounts, each counted once. */
export const groupViews = (
  { pool }: { readonly pool: Pool },
  accounts: readonly AccountView[],
): GroupView[] => {
  const gaugesOf = new Map(accounts.map(({ account, gauges }) => [account, gauges]));
  return pool.groups.map((group) => {
    const members = pool.members(group);
    const owns = new Set(members.map(({ name }) => pool.state(name).accounts.at(-1)!));
    const sums = new Map<Dimension, number>();
    const counts = new Map<Dimension, number>();
    for (const own of owns)
      for (const [dimension, perMinute] of perMinuteOf(gaugesOf.get(own) ?? [])) {
        sums.set(dimension, (sums.get(dimension) ?? 0) + perMinute);
        counts.set(dimension, (counts.get(dimension) ?? 0) + 1);
      }
    const whole = [...sums].filter(([dimension]) => counts.get(dimension) === owns.size);
    return {
      group,
      keys: members.length,
      pools: owns.size,
      perMinute: Object.fromEntries(whole),
    };
  });
};

/** Of several windows of one dimension the tightest. */
const perMinuteOf = (gauges: AccountView['gauges']): ReadonlyMap<Dimension, number> => {
  const least = new Map<Dimension, number>();
  for (const { dimension, amount, windowMs } of gauges) {
    if (windowMs === 0) continue;
    const perMinute = Math.round((amount * MINUTE_MS) / windowMs);
    least.set(dimension, Math.min(perMinute, least.get(dimension) ?? Infinity));
  }
  return least;
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
