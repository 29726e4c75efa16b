import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { QuotaPool } from '#config/loaded-quota.ts';

/** So many keys more for a group, or fewer where it is negative. */
export interface KeyChange {
  /** Absent: every group. */
  readonly group?: string;
  readonly keys: number;
}

/**
 * The config with more keys: each is like the group's last one and has limits of its own; of nested
 * pools it shares all but the innermost. With fewer, the last ones go, but for the first.
 */
export const withMoreKeys = (config: LoadedConfig, { group, keys }: KeyChange): LoadedConfig => {
  const groups = new Set(config.deployments.map((deployment) => deployment.group));
  const pools = new Map(Object.entries(config.quotaPools));
  const deployments: Deployment[] = [];
  for (const name of groups) {
    const its = config.deployments.filter((deployment) => deployment.group === name);
    if (group !== undefined && group !== name) deployments.push(...its);
    else if (keys < 0) deployments.push(...its.slice(0, Math.max(1, its.length + keys)));
    else {
      deployments.push(...its);
      for (let i = 1; i <= keys; i++) deployments.push(another(its.at(-1)!, i, pools));
    }
  }
  return { ...config, deployments, quotaPools: Object.fromEntries(pools) };
};

const another = (like: Deployment, i: number, pools: Map<string, QuotaPool>): Deployment => {
  const suffix = `+${i}`;
  const inner = like.quotaPools?.at(-1);
  const pool = inner === undefined ? undefined : pools.get(inner);
  if (pool) pools.set(`${inner}${suffix}`, pool);
  return {
    ...like,
    id: `${like.id}${suffix}`,
    name: `${like.name}${suffix}`,
    apiKey: `${like.apiKey ?? ''}${suffix}`,
    ...(like.quotaPools && {
      quotaPools: [...like.quotaPools.slice(0, -1), `${inner}${suffix}`],
    }),
  };
};
