import { findProvider } from '#providers/index.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { LIMIT_WORDS, type LimitWord } from '#config/quota-pools.ts';

/** What one group's limits come to, as far as the config states them. */
export interface Capacity {
  readonly group: string;
  readonly keys: number;
  /** Sets of limits that none of its other deployments shares, outermost; those that have a name first. */
  readonly pools: number;
  readonly poolNames: readonly string[];
  readonly sums: readonly CapacitySum[];
}

export interface CapacitySum {
  readonly word: LimitWord;
  readonly amount: number;
  /** What it would be if each deployment had its limits for itself. */
  readonly apart: number;
}

/** Group by group, in the order of the config. */
export const capacities = (config: LoadedConfig): Capacity[] => {
  const groups = Map.groupBy(config.deployments, ({ group }) => group);
  return [...groups].map(([group, deployments]) => {
    const pools = new Set(deployments.map(outermost));
    const poolNames = new Set(deployments.flatMap(({ quotaPools }) => quotaPools?.[0] ?? []));
    return {
      group,
      keys: new Set(deployments.map(({ apiKey, name }) => apiKey ?? `none of ${name}`)).size,
      pools: pools.size,
      poolNames: [...poolNames],
      sums: (Object.keys(LIMIT_WORDS) as LimitWord[]).flatMap((word) => {
        const limits = limitsOf(config, word);
        const amount = total(deployments, limits, 0);
        const apart = deployments.map(
          (one) => limits.own(one) ?? limits.pool(one.quotaPools?.at(-1)),
        );
        const sum = apart.reduce<number>((all, one) => all + (one ?? 0), 0);
        return Number.isFinite(amount) ? [{ word, amount, apart: Math.max(sum, amount) }] : [];
      }),
    };
  });
};

interface Limits {
  own(deployment: Deployment): number | undefined;
  pool(name: string | undefined): number | undefined;
}

const limitsOf = ({ quotaPools }: LoadedConfig, word: LimitWord): Limits => {
  const { dimension, windowMs } = LIMIT_WORDS[word];
  const find = (limits: Deployment['limits'] = []): number | undefined =>
    limits.find((limit) => limit.dimension === dimension && limit.windowMs === windowMs)?.amount;
  return {
    own: ({ limits }) => find(limits),
    pool: (name) => find(quotaPools[name ?? '']?.limits),
  };
};

/**
 * The most that these can do together, Infinity where nothing bounds one of them. `depth` counts the
 * pools around them.
 */
const total = (deployments: readonly Deployment[], limits: Limits, depth: number): number => {
  const pools = Map.groupBy(deployments, (one) => one.quotaPools?.[depth] ?? ownPool(one));
  let sum = 0;
  for (const members of pools.values()) {
    const pool = members[0]?.quotaPools?.[depth];
    sum +=
      pool === undefined
        ? Math.max(...members.map((one) => limits.own(one) ?? Infinity))
        : Math.min(limits.pool(pool) ?? Infinity, total(members, limits, depth + 1));
  }
  return sum;
};

const outermost = (deployment: Deployment): string =>
  deployment.quotaPools?.[0] ?? ownPool(deployment);

/** What tells the limits of deployments without a named pool apart. Holds the key: never shown. */
const ownPool = (deployment: Deployment): string => {
  const { name, provider, apiBase, apiKey, organization, model } = deployment;
  return findProvider(provider)?.quota.scope === 'deployment'
    ? JSON.stringify([name])
    : JSON.stringify([provider, apiBase, apiKey, organization, model]);
};
