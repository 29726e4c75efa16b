import { type Kysely, sql } from 'kysely';
import { SUMS } from '#store/spend-sums.ts';
import type { Tables } from '#store/tables.ts';

const ENDS = { usage_hours: 'usage_end_hours', usage_days: 'usage_end_days' } as const;

type Whole = keyof typeof ENDS;

/** From this and before that, Unix epoch ms. */
interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows of sums within a time. */
const within = (db: Kysely<Tables>, table: Whole | (typeof ENDS)[Whole], { fromMs, toMs }: Times) =>
  db
    .selectFrom(`${table} as part`)
    .where('part.hour_ms', '>=', fromMs)
    .where('part.hour_ms', '<', toMs);

const plain = (db: Kysely<Tables>, table: Whole | (typeof ENDS)[Whole], times: Times) =>
  within(db, table, times)
    .select(['part.hour_ms', 'part.who'])
    .select(SUMS.map((name) => `part.${name}` as const));

/** Whatever the end users: the fewest rows. */
export const sumsOfAll = (db: Kysely<Tables>, table: Whole, times: Times) =>
  plain(db, table, times);

/** Of end users alone. */
export const sumsOfEndUsers = (db: Kysely<Tables>, table: Whole, times: Times) =>
  plain(db, ENDS[table], times);

/** What end users have is taken away from those without: all of it, or of those who were forgotten. */
const takenAway = (
  db: Kysely<Tables>,
  table: Whole,
  { isForgotten, ...times }: Times & { readonly isForgotten: boolean },
) => {
  // Who it was is looked up for each sum, and not the other way round.
  const rows = within(db, ENDS[table], times)
    .crossJoin('spend_who as named')
    .whereRef('named.id', '=', 'part.who')
    .select(['part.hour_ms', 'named.base as who'])
    .select(SUMS.map((name) => sql<number>`-${sql.ref(`part.${name}`)}`.as(name)));
  return isForgotten ? rows.where('named.forgotten', '=', 1) : rows;
};

/** Each end user apart, and what is left without. */
export const sumsByEndUser = (db: Kysely<Tables>, table: Whole, times: Times) =>
  plain(db, table, times)
    .unionAll(takenAway(db, table, { ...times, isForgotten: false }))
    .unionAll(plain(db, ENDS[table], times));

/** Whatever the end users, without those who were forgotten: they have sums, and no records. */
export const sumsOfRecords = async (db: Kysely<Tables>, times: Times) => {
  const all = plain(db, 'usage_hours', times);
  const forgotten = await db
    .selectFrom('spend_who')
    .select('id')
    .where('forgotten', '=', 1)
    .where('base', '<>', 0)
    .limit(1)
    .executeTakeFirst();
  return forgotten
    ? all.unionAll(takenAway(db, 'usage_hours', { ...times, isForgotten: true }))
    : all;
};
