import { type PerMinute, perMinuteOf } from '#balancer/per-minute.ts';
import type { Pool } from '#balancer/pool.ts';
import type { AccountView, GroupView } from '#balancer/quota-view.ts';
import { DIMENSIONS, type Dimension } from '#core/quota.ts';

/** Of each group what its deployments can do together, as far as it is known. */
export const groupViews = (pool: Pool, accounts: readonly AccountView[]): GroupView[] => {
  const limits = new Map(accounts.map(({ account, gauges }) => [account, perMinuteOf(gauges)]));
  return pool.groups.map((group) => {
    const drawers = pool.members(group).map(({ name }) => pool.state(name).accounts);
    const perMinute = together(drawers, limits);
    const pools = new Set(drawers.map((its) => its.at(-1)!)).size;
    return { group, deployments: drawers.length, pools, perMinute };
  });
};

/** The same of some deployments alone. */
export const perMinuteOfSome = (
  deployments: readonly string[],
  accounts: readonly AccountView[],
): PerMinute => {
  const limits = new Map(accounts.map(({ account, gauges }) => [account, perMinuteOf(gauges)]));
  const drawers = deployments.map((name) =>
    accounts.filter((its) => its.deployments.includes(name)).map(({ account }) => account),
  );
  return together(drawers, limits);
};

const together = (
  drawers: readonly Drawer[],
  limits: ReadonlyMap<string, PerMinute>,
): PerMinute => {
  const perMinute: { [D in Dimension]?: number } = {};
  for (const dimension of DIMENSIONS) {
    const sum = total(drawers, { dimension, limits });
    if (sum < Infinity) perMinute[dimension] = sum;
  }
  return perMinute;
};

/** Accounts of one deployment. */
type Drawer = readonly string[];

interface Known {
  readonly dimension: Dimension;
  readonly limits: ReadonlyMap<string, PerMinute>;
}

/** The most that these can do together, Infinity where nothing bounds one of them. */
const total = (drawers: readonly Drawer[], known: Known): number => {
  let sum = 0;
  for (const part of connected(drawers)) sum += bounded(part, known);
  return sum;
};

/** Of drawers that hang together: what all of them draw from bounds what the rest allows. */
const bounded = (drawers: readonly Drawer[], known: Known): number => {
  const accounts = new Set(drawers.flat());
  const drawn = (account: string): Drawer[] => drawers.filter((its) => its.includes(account));
  const common = [...accounts].filter((account) => drawn(account).length === drawers.length);
  if (common.length === 0) {
    // Pools that cross each other: the largest one apart, which promises too much rather than too little.
    const [largest] = [...accounts].toSorted((a, b) => drawn(b).length - drawn(a).length);
    const within = drawn(largest!);
    const others = drawers.filter((its) => !within.includes(its));
    return bounded(within, known) + total(others, known);
  }
  const most = Math.min(
    ...common.map((account) => known.limits.get(account)?.[known.dimension] ?? Infinity),
  );
  const within = drawers.map((its) => its.filter((account) => !common.includes(account)));
  return within.some((its) => its.length === 0) ? most : Math.min(most, total(within, known));
};

const connected = (drawers: readonly Drawer[]): Drawer[][] => {
  const parts: Drawer[][] = [];
  for (const drawer of drawers) {
    const touching = parts.filter((part) =>
      part.some((its) => its.some((account) => drawer.includes(account))),
    );
    for (const part of touching) parts.splice(parts.indexOf(part), 1);
    parts.push([...touching.flat(), drawer]);
  }
  return parts;
};
