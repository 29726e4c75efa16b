import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SpendFilter, TagFilter, Usage, UsageField, UsageQuestion } from '#store/spend.ts';
import { SUMS } from '#store/spend-sums.ts';
import { sumsByEndUser, sumsOfAll, sumsOfEndUsers } from '#store/usage-source.ts';
import type { Tables, UsageTableName } from '#store/tables.ts';

const STEPS = { hour: 3_600_000, day: 86_400_000 } as const;

const COLUMNS = {
  token: 'token',
  user: 'user_id',
  team: 'team_id',
  endUser: 'end_user',
  group: 'model_group',
  model: 'model',
  deployment: 'deployment',
  provider: 'provider',
} as const;

type Row = Record<string, string | number | null>;

/** From so long on, days are told apart and no hours: there are fewer of them, ms. */
const LONG_MS = 2 * STEPS.day;

/**
 * Sums, told apart as asked. Where no hours are and the time is long, or its hours are not kept any
 * more, it begins and ends with a day (UTC).
 */
export const usage = async (
  db: Kysely<Tables>,
  { filter, by, per, apart }: UsageQuestion,
): Promise<readonly Usage[]> => {
  const { fromMs, toMs } = filter;
  const isLong = (toMs ?? Infinity) - (fromMs ?? 0) > LONG_MS;
  const byDay = per !== 'hour' && (isLong || (await areHoursGone(db, fromMs ?? 0)));
  const begins = byDay ? STEPS.day : STEPS.hour;
  const table = byDay ? 'usage_days' : 'usage_hours';
  const times = {
    fromMs: fromMs === undefined ? EVER : Math.floor(fromMs / begins) * begins,
    toMs: toMs === undefined ? NEVER : Math.ceil(toMs),
  };
  const source = by.includes('endUser') ? sumsByEndUser : sumsFor(filter);
  let query = db
    .selectFrom(source(db, table, times).as('sums'))
    // Who it was is looked up for each sum: the other way round every instant would be looked for.
    .crossJoin('spend_who as who')
    .whereRef('who.id', '=', 'sums.who')
    .select(SUMS.map((name) => sql<number>`sum(${sql.ref(name)})`.as(name)));
  const valueOf = (name: UsageField, place: number) => {
    const column = sql.ref<string>(`who.${COLUMNS[name]}`);
    if (place > 0 || !apart) return column;
    return sql<string | null>`case when ${isAmong(column, apart)} then ${column} end`;
  };
  query = query.select(by.map((name, place) => valueOf(name, place).as(`by_${name}`)));
  for (const name of by) query = query.groupBy(sql.ref(`by_${name}`));
  if (per !== 'all') {
    const at = beginOf(per);
    query = query.select(at.as('at')).groupBy(at).orderBy(at, 'desc');
  }
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value = filter[name as keyof SpendFilter];
    if (typeof value === 'string') query = query.where(`who.${column}`, '=', value);
  }
  const rows = (await query.execute()) as unknown as Row[];
  const most = rows.filter((row) => Number(row['requests'] ?? 0) > 0);
  return most.map((row) => ({
    ...sumsOf(row),
    by: Object.fromEntries(
      by.flatMap((name) => {
        const value = row[`by_${name}`];
        return value === null ? [] : [[name, String(value)] as const];
      }),
    ),
  }));
};

const [EVER, NEVER] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

const sumsFor = ({ endUser }: SpendFilter) => {
  if (endUser === undefined) return sumsOfAll;
  return endUser === '' ? sumsByEndUser : sumsOfEndUsers;
};

/** Whether there was something, and days alone tell of it: whoever has just begun has all of its hours. */
const areHoursGone = async (db: Kysely<Tables>, fromMs: number): Promise<boolean> => {
  const [hourMs, dayMs] = [await oldestOf(db, 'usage_hours'), await oldestOf(db, 'usage_days')];
  return fromMs < hourMs && dayMs < Math.floor(hourMs / STEPS.day) * STEPS.day;
};

const oldestOf = async (db: Kysely<Tables>, table: UsageTableName): Promise<number> => {
  const query = db.selectFrom(table).select((row) => row.fn.min('hour_ms').as('at'));
  return (await query.executeTakeFirst())?.at ?? Infinity;
};

/** Of the hour or day in which a row's hour is. */
const beginOf = (per: keyof typeof STEPS) =>
  sql<number>`hour_ms - hour_ms % ${sql.lit(STEPS[per])}`;

const isAmong = (column: RawBuilder<string>, values: readonly string[]) =>
  values.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join([...values])})`;

export const tagUsage = async (
  db: Kysely<Tables>,
  { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, tag }: TagFilter,
  per: UsageQuestion['per'] = 'all',
): Promise<readonly Usage[]> => {
  let query = db
    .selectFrom('usage_tags')
    .select('tag')
    .select(SUMS.map((name) => sql<number>`sum(${sql.ref(name)})`.as(name)))
    .where('hour_ms', '>=', Math.floor(fromMs))
    .where('hour_ms', '<', Math.ceil(toMs))
    .groupBy('tag');
  if (tag !== undefined) query = query.where('tag', '=', tag);
  if (per !== 'all') {
    const at = beginOf(per);
    query = query.select(at.as('at')).groupBy(at).orderBy(at, 'desc');
  }
  const rows = (await query.orderBy('tag').execute()) as unknown as Row[];
  return rows.map((row) => ({ ...sumsOf(row), by: { tag: String(row['tag']) } }));
};

const sumsOf = (row: Row) => ({
  atMs: Number(row['at'] ?? 0),
  requests: Number(row['requests'] ?? 0),
  failures: Number(row['failures'] ?? 0),
  tokensIn: Number(row['tokens_in'] ?? 0),
  tokensOut: Number(row['tokens_out'] ?? 0),
  nanos: Number(row['nanos'] ?? 0),
});
