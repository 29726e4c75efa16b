import { type Kysely, sql } from 'kysely';
import type { SpendStore } from '#store/spend.ts';
import { SUMS } from '#store/spend-sums.ts';
import { addTags } from '#store/spend-write.ts';
import { setSwept } from '#store/swept.ts';
import type { Tables, UsageTableName } from '#store/tables.ts';

const DAY_MS = 86_400_000;

const USAGE = ['usage_days', 'usage_hours', 'usage_end_days', 'usage_end_hours'] as const;

type Removes = Pick<SpendStore, 'removeHours' | 'removeDays' | 'foldTags' | 'removePaid'>;

/** Takes away sums that nobody asks for any more: each call so many rows at most. */
export const sumsRetention = (db: Kysely<Tables>): Removes => ({
  removeHours: (wallMs, most) => removeHours(db, { wallMs: dayOf(wallMs), most }),
  async removeDays(wallMs, most) {
    let removed = await removeUsage(db, 'usage_days', { wallMs, most });
    if (removed < most)
      removed += await removeUsage(db, 'usage_end_days', { wallMs, most: most - removed });
    if (removed < most) removed += await removeTags(db, { wallMs, most: most - removed });
    if (removed < most) await removeWhos(db, most - removed);
    return removed;
  },
  foldTags: (wallMs, most) => foldTags(db, { wallMs: dayOf(wallMs), most }),
  removePaid: (wallMs, most) => removePaid(db, { wallMs, most }),
});

interface Oldest {
  /** Before this instant, Unix epoch ms. */
  readonly wallMs: number;
  readonly most: number;
}

/** Days are told of by their hours, or not: nobody adds up half of one. */
const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY_MS) * DAY_MS;

const tuple = (columns: readonly string[]) =>
  sql`(${sql.join(columns.map((name) => sql.ref(name)))})`;

const removeUsage = async (
  db: Kysely<Tables>,
  table: UsageTableName,
  { wallMs, most }: Oldest,
): Promise<number> => {
  const key = ['hour_ms', 'who'] as const;
  const oldest = db
    .selectFrom(table)
    .select(key)
    .where('hour_ms', '<', Math.floor(wallMs))
    .orderBy('hour_ms')
    .limit(most);
  const { numDeletedRows } = await db
    .deleteFrom(table)
    .where(sql<boolean>`${tuple(key)} in ${oldest}`)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Records of hours that no sum tells of any more are counted one by one. */
const removeHours = (db: Kysely<Tables>, oldest: Oldest): Promise<number> =>
  db.transaction().execute(async (all) => {
    const { wallMs, most } = oldest;
    let removed = await removeUsage(all, 'usage_hours', oldest);
    if (removed < most)
      removed += await removeUsage(all, 'usage_end_hours', { wallMs, most: most - removed });
    if (removed > 0) await setSwept(all, oldest.wallMs - 1);
    return removed;
  });

/** Names that no record and no sum has any more. */
const removeWhos = async (db: Kysely<Tables>, most: number): Promise<void> => {
  let unused = db.selectFrom('spend_who').select('id').limit(most);
  for (const table of [...USAGE, 'spend'] as const)
    unused = unused.where('id', 'not in', db.selectFrom(table).select('who'));
  // Without an end user it may have no record of its own.
  unused = unused.where('id', 'not in', db.selectFrom('spend_who').select('base'));
  await db.deleteFrom('spend_who').where('id', 'in', unused).execute();
};

const oldestTags = (db: Kysely<Tables>, { wallMs, most }: Oldest) =>
  db
    .selectFrom('usage_tags')
    .select(['hour_ms', 'tag'])
    .where('hour_ms', '<', Math.floor(wallMs))
    .orderBy('hour_ms')
    .limit(most);

const removeTags = async (db: Kysely<Tables>, oldest: Oldest): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('usage_tags')
    .where(sql<boolean>`${tuple(['hour_ms', 'tag'])} in ${oldestTags(db, oldest)}`)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** What an hour came to goes to the first hour of its day (UTC). */
const foldTags = (db: Kysely<Tables>, oldest: Oldest): Promise<number> =>
  db.transaction().execute(async (all) => {
    const hours = oldestTags(all, oldest).where(sql<boolean>`hour_ms % ${sql.lit(DAY_MS)} <> 0`);
    const rows = await all
      .deleteFrom('usage_tags')
      .where(sql<boolean>`${tuple(['hour_ms', 'tag'])} in ${hours}`)
      .returningAll()
      .execute();
    await addTags(all, perDay(rows));
    return rows.length;
  });

/** A statement may not touch a row twice: there is one of each tag and day. */
const perDay = (rows: readonly Tables['usage_tags'][]): Tables['usage_tags'][] => {
  const days = Map.groupBy(rows, ({ hour_ms: at, tag }) => `${at - (at % DAY_MS)} ${tag}`);
  return [...days.values()].map((its) => {
    const { hour_ms: at, tag } = its[0]!;
    const sumOf = (name: (typeof SUMS)[number]) => its.reduce((sum, row) => sum + row[name], 0);
    const sums = SUMS.map((name) => [name, sumOf(name)] as const);
    return { hour_ms: at - (at % DAY_MS), tag, ...(Object.fromEntries(sums) as Sums) };
  });
};

type Sums = Record<(typeof SUMS)[number], number>;

/** Of windows alone: what somebody has spent in all is asked for as long as they are there. */
const removePaid = async (db: Kysely<Tables>, { wallMs, most }: Oldest): Promise<number> => {
  const key = ['kind', 'payer', 'since_ms'] as const;
  const oldest = db
    .selectFrom('paid')
    .select(key)
    .where('since_ms', '>', 0)
    .where('since_ms', '<', Math.floor(wallMs))
    .limit(most);
  const { numDeletedRows } = await db
    .deleteFrom('paid')
    .where(sql<boolean>`${tuple(key)} in ${oldest}`)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};
