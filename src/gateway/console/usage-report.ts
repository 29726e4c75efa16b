import { SpillwayError } from '#core/errors.ts';
import { filterOf, type SpendQuery } from '#gateway/admin/spend-query.ts';
import type { UsageReply } from '#gateway/console/kept-shapes.ts';
import { namesOf } from '#gateway/console/names.ts';
import { dollarsOf } from '#keys/money.ts';
import { type Principal, seesAll } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';
import { scopeOf } from '#keys/spend-view.ts';
import type { SpendFilter, Usage, UsageSums } from '#store/spend.ts';

/** What usage is told apart by. */
export const USAGE_BY = [
  'group',
  'token',
  'team',
  'user',
  'endUser',
  'deployment',
  'provider',
  'tag',
] as const;

export interface UsageAsk extends SpendQuery {
  readonly per: 'hour' | 'day';
  readonly by: (typeof USAGE_BY)[number];
  /** By what the largest are chosen. */
  readonly of: 'spend' | 'requests' | 'tokens';
}

const STEPS = { hour: 3_600_000, day: 86_400_000 } as const;
/** The hours of a month, the days of two years: more are more than anybody could tell apart. */
const MOST_STEPS = { hour: 31 * 24, day: 2 * 366 };
/** So many have a colour of their own. */
const APART = 7;
const MOST_ROWS = 200;
/** What is told where no beginning is named, days. */
const USUAL_DAYS = 7;

const SIZES: Readonly<Record<UsageAsk['of'], (sums: UsageSums) => number>> = {
  spend: ({ nanos }) => nanos,
  requests: ({ requests }) => requests,
  tokens: ({ tokensIn, tokensOut }) => tokensIn + tokensOut,
};

/**
 * Usage over time: the largest few apart, all others together, as few questions to the store however
 * many there are. Throws SpillwayError for a time that is too long, and for tags where the caller may
 * not see everybody's.
 */
export const usageReport = async (
  registry: Registry,
  principal: Principal,
  ask: UsageAsk,
): Promise<UsageReply> => {
  const filter = boundedBy(registry, ask, scopeOf(registry, principal, filterOf(ask)));
  if (ask.by === 'tag') checkTags(principal, ask);
  const size = SIZES[ask.of];
  const all = (await everything(registry, filter, ask.by)).toSorted(
    (a, b) => size(b) - size(a) || b.requests - a.requests,
  );
  const isFew = all.length <= APART + 1;
  const apart = all.slice(0, isFew ? all.length : APART).map(({ by }) => by[ask.by] ?? '');
  const [total, told] = await Promise.all([
    registry.store.spend.usage({ filter, by: [], per: 'all' }),
    ask.by === 'tag'
      ? tagsOver(registry, filter, { apart, per: ask.per })
      : registry.store.spend.usage({ filter, by: [ask.by], apart, per: ask.per }),
  ]);
  const times = timesOf(filter, ask.per);
  const names = namesOf(registry);
  const of = Map.groupBy(told, ({ by }) => by[ask.by]);
  const seriesOf = (id: string | undefined) => columnsOf(times, of.get(id) ?? []);
  return {
    times: times.map((at) => new Date(at).toISOString()),
    series: [
      ...apart.map((id) => ({ id, name: names(ask.by, id), ...seriesOf(id) })),
      // A request has several tags, or none: others of them are no sum.
      ...(isFew || ask.by === 'tag' ? [] : [{ id: null, name: null, ...seriesOf(undefined) }]),
    ],
    rows: all.slice(0, MOST_ROWS).map((usage) => {
      const id = usage.by[ask.by] ?? '';
      return { id, name: names(ask.by, id), ...sumsOf(usage) };
    }),
    left_out: Math.max(0, all.length - MOST_ROWS),
    total: sumsOf(total[0] ?? NOTHING),
  };
};

type Bounded = SpendFilter & { readonly fromMs: number; readonly toMs: number };

const boundedBy = ({ wall }: Registry, { per }: UsageAsk, filter: SpendFilter): Bounded => {
  const now = wall();
  const step = STEPS[per];
  const toMs = Math.min(filter.toMs ?? Infinity, now + 1);
  const fromMs = filter.fromMs ?? now - USUAL_DAYS * STEPS.day;
  if ((toMs - fromMs) / step > MOST_STEPS[per])
    throw new SpillwayError(
      'invalid_request',
      per === 'hour'
        ? 'Figures by hour cover 31 days at most; ask for days, or for a shorter period.'
        : 'Figures by day cover two years at most; ask for a shorter period.',
      { param: 'start_date' },
    );
  return { ...filter, fromMs: Math.floor(fromMs / step) * step, toMs };
};

const checkTags = (principal: Principal, ask: UsageAsk): void => {
  if (!seesAll(principal))
    throw new SpillwayError('forbidden', 'Only a proxy admin or viewer may see usage by tag.');
  const { start_date: _, end_date: __, per: ___, by: ____, of: _____, ...narrowed } = ask;
  const [name] = Object.entries(narrowed).find(([, value]) => value) ?? [];
  if (name !== undefined)
    throw new SpillwayError(
      'invalid_request',
      `Usage by tag covers everybody together: leave out \`${name}\`.`,
      { param: name },
    );
};

/** Each one's sum of all the time. */
const everything = (
  { store }: Registry,
  filter: Bounded,
  by: UsageAsk['by'],
): Promise<readonly Usage[]> =>
  by === 'tag'
    ? store.spend.tags({ fromMs: filter.fromMs, toMs: filter.toMs })
    : store.spend.usage({ filter, by: [by], per: 'all' });

const tagsOver = async (
  { store }: Registry,
  { fromMs, toMs }: Bounded,
  { apart, per }: { readonly apart: readonly string[]; readonly per: UsageAsk['per'] },
): Promise<readonly Usage[]> => {
  const each = apart.map((tag) => store.spend.tags({ fromMs, toMs, tag }, per));
  return (await Promise.all(each)).flat();
};

const timesOf = ({ fromMs, toMs }: Bounded, per: UsageAsk['per']): number[] => {
  const step = STEPS[per];
  return Array.from({ length: Math.ceil((toMs - fromMs) / step) }, (_, i) => fromMs + i * step);
};

const columnsOf = (times: readonly number[], usage: readonly Usage[]) => {
  const at = new Map(usage.map((one) => [one.atMs, one]));
  const rows = times.map((time) => at.get(time) ?? NOTHING);
  return {
    requests: rows.map(SIZES.requests),
    tokens: rows.map(SIZES.tokens),
    spend: rows.map(({ nanos }) => dollarsOf(nanos)),
  };
};

const NOTHING: UsageSums = { requests: 0, failures: 0, tokensIn: 0, tokensOut: 0, nanos: 0 };

const sumsOf = ({ requests, failures, tokensIn, tokensOut, nanos }: UsageSums) => ({
  requests,
  failures,
  input_tokens: tokensIn,
  output_tokens: tokensOut,
  spend: dollarsOf(nanos),
});
