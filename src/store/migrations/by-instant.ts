import { type Kysely, sql } from 'kysely';
import { FORGOTTEN, SUMS, WHO } from '#store/migrations/columns.ts';
import type { Migration, MigrationKind } from '#store/migrations/migration.ts';
import { markOf } from '#store/packed-spend.ts';
import { setSwept } from '#store/swept.ts';
import type { Tables } from '#store/tables.ts';

const NUMBERS = ['ended_ms', 'nanos', 'tokens_in', 'tokens_out'] as const;
const USAGE = ['usage_hours', 'usage_days'] as const;
const HOUR_MS = 3_600_000;
const BATCH = 250;

type Row = Record<string, string | number>;
type Name = 'spend' | 'usage_hours' | 'usage_days' | 'usage_tags' | 'paid';
type Both = Kysely<Record<Name | `${Name}_old` | 'spend_who', Row>>;

/**
 * Records lie in the order of their instants and have no index: random ids and names spread each write
 * over the whole file. Who it was is a number in them and in sums, and SQLite keeps each in one tree.
 */
export const byInstant: Migration = {
  name: '0006-by-instant',
  async up(any, kind) {
    const db = any as unknown as Both;
    for (const name of ['spend', ...USAGE] as const)
      await db.schema.alterTable(name).renameTo(`${name}_old`).execute();
    await makeTables(db, kind);
    await moveWhos(db);
    await moveSpend(db);
    for (const name of USAGE) await moveUsage(db, name);
    await markSwept(any as unknown as Kysely<Tables>, db);
    for (const name of ['spend', ...USAGE] as const)
      await db.schema.dropTable(`${name}_old`).execute();
    if (kind !== 'sqlite') return;
    await inOneTree(db, 'usage_tags', ['hour_ms', 'tag']);
    await inOneTree(db, 'paid', ['kind', 'payer', 'since_ms']);
  },
};

/** SQLite keeps the rows in the tree of their key, and no other beside it. */
const tableOf = (
  { schema }: Both,
  name: string,
  { key, kind }: { readonly key: readonly string[]; readonly kind: MigrationKind },
) => {
  const table = schema
    .createTable(name)
    .addPrimaryKeyConstraint(`${name}_by_${key.at(-1)}`, [...key] as never);
  return kind === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table;
};

const makeTables = async (db: Both, kind: MigrationKind): Promise<void> => {
  let who = db.schema
    .createTable('spend_who')
    .addColumn('id', 'integer', (column) =>
      kind === 'sqlite' ? column.primaryKey() : column.primaryKey().generatedByDefaultAsIdentity(),
    )
    .addColumn('mark', 'text', (column) => column.notNull().unique());
  for (const name of WHO) who = who.addColumn(name, 'text', (column) => column.notNull());
  await who.addColumn('forgotten', 'integer', (column) => column.notNull()).execute();
  let spend = tableOf(db, 'spend', { key: ['started_ms', 'id'], kind })
    .addColumn('started_ms', 'bigint', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('who', 'integer', (column) => column.notNull())
    .addColumn('failed', 'integer', (column) => column.notNull());
  for (const name of NUMBERS) spend = spend.addColumn(name, 'bigint', (column) => column.notNull());
  await spend.addColumn('more', 'text', (column) => column.notNull()).execute();
  // An id of ours tells when it was made, and needs none.
  await db.schema
    .createIndex('spend_foreign')
    .on('spend')
    .column('id')
    .where(sql<boolean>`substr(id, 15, 1) <> '8'`)
    .execute();
  for (const name of USAGE) {
    let sums = tableOf(db, name, { key: ['hour_ms', 'who'], kind })
      .addColumn('hour_ms', 'bigint', (column) => column.notNull())
      .addColumn('who', 'integer', (column) => column.notNull());
    for (const sum of SUMS) sums = sums.addColumn(sum, 'bigint', (column) => column.notNull());
    await sums.execute();
  }
};

/** Everybody who has records or sums; those who have sums alone may have been forgotten. */
const moveWhos = async (db: Both): Promise<void> => {
  const rows = new Map<string, Row>();
  for (const name of ['spend_old', 'usage_hours_old', 'usage_days_old'] as const) {
    const found = await db.selectFrom(name).select(WHO).distinct().execute();
    for (const who of found) {
      const mark = markOf(JSON.stringify(WHO.map((column) => who[column])));
      const isForgotten =
        name !== 'spend_old' && (who['user_id'] === FORGOTTEN || who['end_user'] === FORGOTTEN);
      if (!rows.has(mark)) rows.set(mark, { ...who, mark, forgotten: isForgotten ? 1 : 0 });
    }
  }
  const all = [...rows.values()];
  for (let from = 0; from < all.length; from += BATCH)
    await db
      .insertInto('spend_who')
      .values(all.slice(from, from + BATCH))
      .execute();
};

/** Rows of an old table, each with the number of who it was. */
const withWho = (db: Both, name: 'spend_old' | 'usage_hours_old' | 'usage_days_old') => {
  // In this order: for each of them one is looked up.
  let query = db.selectFrom(`${name} as old`).crossJoin('spend_who as who').select('who.id as who');
  for (const column of WHO) query = query.whereRef(`who.${column}`, '=', `old.${column}`);
  return query;
};

const moveSpend = async (db: Both): Promise<void> => {
  const failed = sql<number>`case when old.status = 'failure' then 1 else 0 end`.as('failed');
  await db
    .insertInto('spend')
    .columns(['who', 'started_ms', 'id', 'failed', ...NUMBERS, 'more'])
    .expression(
      withWho(db, 'spend_old')
        .select(['old.started_ms', 'old.id', failed])
        .select(NUMBERS.map((name) => `old.${name}` as const))
        .select('old.more')
        .orderBy('old.started_ms')
        .orderBy('old.id'),
    )
    .execute();
};

const moveUsage = async (db: Both, name: (typeof USAGE)[number]): Promise<void> => {
  const columns = ['hour_ms', ...SUMS] as const;
  await db
    .insertInto(name)
    .columns(['who', ...columns])
    .expression(
      withWho(db, `${name}_old`).select(columns.map((column) => `old.${column}` as const)),
    )
    .execute();
};

/** Of what is older than the oldest record there may be sums alone. */
const markSwept = async (db: Kysely<Tables>, both: Both): Promise<void> => {
  const { oldest } = await both
    .selectFrom('spend_old')
    .select((row) => row.fn.min<number | null>('started_ms').as('oldest'))
    .executeTakeFirstOrThrow();
  const { last } = await both
    .selectFrom('usage_hours_old')
    .select((row) => row.fn.max<number | null>('hour_ms').as('last'))
    .executeTakeFirstOrThrow();
  const before = oldest ?? (last === null ? null : last + HOUR_MS);
  if (before !== null) await setSwept(db, before - 1);
};

const inOneTree = async (
  db: Both,
  name: 'usage_tags' | 'paid',
  key: readonly string[],
): Promise<void> => {
  await db.schema.alterTable(name).renameTo(`${name}_old`).execute();
  const sums = name === 'paid' ? ['nanos'] : SUMS;
  let table = tableOf(db, name, { key, kind: 'sqlite' });
  for (const column of key)
    table = table.addColumn(column, column.endsWith('_ms') ? 'bigint' : 'text', (made) =>
      made.notNull(),
    );
  for (const sum of sums) table = table.addColumn(sum, 'bigint', (column) => column.notNull());
  await table.execute();
  const columns = [...key, ...sums];
  await db
    .insertInto(name)
    .columns(columns)
    .expression(db.selectFrom(`${name}_old`).select(columns))
    .execute();
  await db.schema.dropTable(`${name}_old`).execute();
};
