import { grouped } from '#core/grouped.ts';
import { textTable } from '#core/text-table.ts';
import { type Capacity, capacities } from '#config/capacity.ts';
import type { CheckTable } from '#config/check-table.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { QuotaPool, StatedLimit } from '#config/loaded-quota.ts';
import { LIMIT_WORDS } from '#config/quota-pools.ts';

/** Whether `rpm` and `tpm` bound anything; empty where no row has them. */
export const ceilingLines = ({ deployments, ceilings }: LoadedConfig): string[] => {
  if (deployments.every(({ rpm, tpm }) => rpm === undefined && tpm === undefined)) return [];
  const { requests, tokens, because = '' } = ceilings;
  const by = because && ` (${because})`;
  if (requests && tokens) return [`Limits      rpm and tpm are ceilings${by}`];
  if (requests) return [`Limits      rpm is a ceiling${by}, tpm a share of the traffic`];
  return [
    `Limits      rpm and tpm are shares of the traffic${by}; the ceilings are those that vendors tell`,
  ];
};

/** What each group's limits come to, where the config says anything about them. */
export const capacityLists = (config: LoadedConfig): string =>
  textTable(
    capacities(config)
      .filter(({ sums, pools, keys }) => sums.length > 0 || pools < keys)
      .map((capacity) => [capacity.group, capacityText(capacity)]),
  );

const MOST_GROUPS = 8;

/** What each group's limits come to, a line each, for the start. */
export const capacityLines = (config: LoadedConfig): string[] => {
  const all = capacities(config);
  const lines = all
    .slice(0, MOST_GROUPS)
    .map((capacity) => `${capacity.group}: ${capacityText(capacity)}`);
  return all.length > MOST_GROUPS
    ? [...lines, `and ${all.length - MOST_GROUPS} more models`]
    : lines;
};

const capacityText = ({ keys, pools, poolNames, sums }: Capacity): string => {
  const named = poolNames.length === pools ? ` (${listed(poolNames)})` : '';
  const subject = `${counted(keys, 'key')}, ${counted(pools, 'quota pool')}${named}`;
  if (sums.length === 0) return `${subject}; limits are those that vendors tell`;
  const amounts = sums.map(({ word, amount }) => `${grouped(amount)} ${word.toUpperCase()}`);
  const apart = sums
    .filter((sum) => sum.apart > sum.amount)
    .map((sum) => `${grouped(sum.apart)} ${sum.word.toUpperCase()}`);
  return `${subject}: ${listed(amounts)}${apart.length > 0 ? `, not ${listed(apart)}` : ''}`;
};

const MOST_LISTED = 8;

const listed = (texts: readonly string[]): string => {
  const more = texts.length - MOST_LISTED;
  return `${texts.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Every pool that has a name: what bounds it, and who draws from it. */
export const poolTable = ({ quotaPools, deployments }: LoadedConfig): CheckTable => ({
  heads: ['QUOTA POOL', 'WITHIN', 'CEILINGS', 'DEPLOYMENTS'],
  amounts: [],
  rows: Object.entries(quotaPools).map(([pool, { limits }]) => {
    const drawing = deployments.filter((one) => one.quotaPools?.includes(pool));
    const within = new Set(drawing.flatMap((one) => outerOf(one, pool)));
    return [
      pool,
      listed([...within]),
      limitsText({ limits }),
      listed(drawing.map(({ name }) => name)),
    ];
  }),
});

const outerOf = ({ quotaPools = [] }: Deployment, pool: string): string[] =>
  quotaPools.slice(0, quotaPools.indexOf(pool)).slice(-1);

const limitsText = ({ limits }: QuotaPool): string =>
  limits.length === 0 ? 'none stated' : limits.map(limitText).join(', ');

const limitText = ({ dimension, windowMs, amount, refill }: StatedLimit): string => {
  if (dimension === 'parallel') return `${grouped(amount)} calls at once`;
  const [word = dimension] =
    Object.entries(LIMIT_WORDS).find(
      ([, kind]) => kind.dimension === dimension && kind.windowMs === windowMs,
    ) ?? [];
  const window = refill === 'linear' ? '' : ` (${refill} window)`;
  return `${grouped(amount)} ${word.toUpperCase()}${window}`;
};
