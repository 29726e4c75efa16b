import { type Kysely, sql } from 'kysely';
import { FORGOTTEN, SUMS, WHO } from '#store/migrations/columns.ts';
import type { Migration, MigrationKind } from '#store/migrations/migration.ts';
import { baseOf, markOf } from '#store/packed-spend.ts';

const TABLES = { usage_hours: 'usage_end_hours', usage_days: 'usage_end_days' } as const;

type Row = Record<string, string | number>;
type Name = 'spend_who' | keyof typeof TABLES | (typeof TABLES)[keyof typeof TABLES];
type Both = Kysely<Record<Name, Row>>;

/** End users have sums of their own: those of everybody stay few, however many end users there are. */
export const endUsers: Migration = {
  name: '0007-end-users',
  async up(any, kind) {
    const db = any as unknown as Both;
    await db.schema
      .alterTable('spend_who')
      .addColumn('base', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await setBases(db);
    for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[])
      await split(db, table, kind);
  },
};

const setBases = async (db: Both): Promise<void> => {
  const named = await db.selectFrom('spend_who').selectAll().where('end_user', '<>', '').execute();
  for (const who of named) {
    const text = baseOf(JSON.stringify(WHO.map((column) => who[column])));
    if (text === undefined) continue;
    const { id, mark: _, ...columns } = who;
    // Of an end user who was forgotten, those without are not.
    const forgotten = who['forgotten'] === 1 && who['user_id'] === FORGOTTEN ? 1 : 0;
    const mark = forgotten === 1 ? `forgotten before ${id}` : markOf(text);
    const known = { ...columns, mark, end_user: '', forgotten, base: 0 };
    await db
      .insertInto('spend_who')
      .values(known)
      .onConflict((conflict) => conflict.column('mark').doNothing())
      .execute();
    const base = db.selectFrom('spend_who').select('id').where('mark', '=', mark);
    await db.updateTable('spend_who').set({ base }).where('id', '=', id!).execute();
  }
};

/** Moves the sums of end users into a table of their own, and adds them to those without. */
const split = async (db: Both, table: keyof typeof TABLES, kind: MigrationKind): Promise<void> => {
  const ends = TABLES[table];
  let made = db.schema
    .createTable(ends)
    .addColumn('hour_ms', 'bigint', (column) => column.notNull())
    .addColumn('who', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${ends}_by_who`, ['hour_ms', 'who'] as never);
  for (const sum of SUMS) made = made.addColumn(sum, 'bigint', (column) => column.notNull());
  await (kind === 'sqlite' ? made.modifyEnd(sql`without rowid`) : made).execute();
  const named = db.selectFrom('spend_who').select('id').where('base', '<>', 0);
  const columns = ['hour_ms', 'who', ...SUMS] as const;
  await db
    .insertInto(ends)
    .columns(columns)
    .expression(db.selectFrom(table).select(columns).where('who', 'in', named))
    .execute();
  await db.deleteFrom(table).where('who', 'in', named).execute();
  await db
    .insertInto(table)
    .columns(columns)
    .expression(
      db
        .selectFrom(`${ends} as part`)
        .innerJoin('spend_who as named', 'named.id', 'part.who')
        .select(['part.hour_ms', 'named.base'])
        .select(SUMS.map((name) => sql<number>`sum(${sql.ref(`part.${name}`)})`.as(name)))
        // For SQLite, which would take what follows for a part of the join.
        .where(sql<boolean>`1 = 1`)
        .groupBy(['part.hour_ms', 'named.base']),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['hour_ms', 'who'])
        .doUpdateSet((row) =>
          Object.fromEntries(
            SUMS.map((name) => [
              name,
              sql<number>`${row.ref(`${table}.${name}`)} + ${sql.ref(`excluded.${name}`)}`,
            ]),
          ),
        ),
    )
    .execute();
};
