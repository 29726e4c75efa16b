import type { Part } from '#core/check-schema.ts';
import type { Deployment } from '#config/loaded.ts';
import type { Draft } from '#config/model-row.ts';
import { childOf, findingAt, keyFindingAt, type Report } from '#config/section.ts';
import { isObject } from '#core/json.ts';

/** A row that serves, and where it is written. */
export interface PlacedDeployment {
  readonly deployment: Deployment;
  readonly draft: Draft;
}

/**
 * Warns of pools that are likely to be meant otherwise. `section` is `spillway_settings`: a pool that
 * it names is known to its owner.
 */
export const warnOfPools = (
  placed: readonly PlacedDeployment[],
  section: Part | undefined,
  report: Report,
): void => {
  const stated = section && childOf(section, 'quota_pools');
  const names = new Set(stated && isObject(stated.value) ? Object.keys(stated.value) : []);
  const drawn = new Map<string, Deployment>();
  const warned = new Set<string>();
  warnOfOrder(placed, report);
  for (const { deployment, draft } of placed)
    for (const pool of deployment.quotaPools ?? []) {
      const first = drawn.get(pool) ?? deployment;
      drawn.set(pool, first);
      const message =
        names.has(pool) || warned.has(pool) ? undefined : oddity(pool, first, deployment);
      if (message === undefined) continue;
      warned.add(pool);
      report.warn(findingAt(draft.part, placeOf(draft), message));
    }
  for (const pool of names)
    if (stated && !drawn.has(pool))
      report.warn(keyFindingAt(stated, [pool], 'no row that serves draws from this pool'));
};

/** What lies within what cannot be told, nor what it comes to, where two rows say it the other way round. */
const warnOfOrder = (placed: readonly PlacedDeployment[], report: Report): void => {
  const within = new Set<string>();
  const pair = (inner: string, outer: string): string => JSON.stringify([inner, outer]);
  for (const { deployment, draft } of placed) {
    const pools = deployment.quotaPools ?? [];
    const pairs = pools.flatMap((inner, i) => pools.slice(0, i).map((outer) => [inner, outer]));
    for (const [inner = '', outer = ''] of pairs) {
      if (within.has(pair(outer, inner)))
        report.warn(
          findingAt(
            draft.part,
            placeOf(draft),
            `"${inner}" lies within "${outer}" here, and around it in a row above; write the outermost first in all rows`,
          ),
        );
      within.add(pair(inner, outer));
    }
  }
};

const placeOf = ({ row }: Draft): string[] => [
  row.litellm_params.quota_pool ? 'litellm_params' : 'model_info',
  'quota_pool',
];

const oddity = (pool: string, first: Deployment, other: Deployment): string | undefined => {
  const name = JSON.stringify(pool);
  if (first.provider !== other.provider || first.model !== other.model)
    return (
      `${name} is the pool of another model too; most vendors limit each model apart: name a pool ` +
      'for each, or, where they do share limits, write it under spillway_settings.quota_pools'
    );
  if (JSON.stringify(first.limits) === JSON.stringify(other.limits)) return undefined;
  return (
    `the rows of the pool ${name} state different limits; the largest count: ` +
    "write the pool's own under spillway_settings.quota_pools"
  );
};
