import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Log } from '#core/log.ts';
import { migrate } from '#store/migrations/migrate.ts';
import { plainValues } from '#store/postgres/plain-values.ts';
import { sqlStore } from '#store/sql-store.ts';
import type { Store } from '#store/store.ts';
import type { Tables } from '#store/tables.ts';

/** Everything of ours is in it, and nothing of anybody else's. */
const SCHEMA = 'spillway';
/** Whoever changes tables holds this advisory lock: `spillway` as a number. */
const LOCK = 8_319_119_835;
const MOST_CONNECTIONS = 10;
const CONNECT_MS = 10_000;
/** What takes longer is broken off: nothing of ours does, ms. */
const STATEMENT_MS = 60_000;

/** Their rows are written anew all the time: with room beside each, they stay where they are, and few. */
const SUMS = [
  'usage_hours',
  'usage_days',
  'usage_end_hours',
  'usage_end_days',
  'usage_tags',
  'paid',
];

const INT8 = 20;
const NUMERIC = 1700;

export interface PostgresOptions {
  readonly url: string;
  readonly clock: Pick<Clock, 'wall'>;
  readonly log: Log;
}

/**
 * The store in a Postgres that replicas share. Nothing outside the schema `spillway` is written.
 * Throws SpillwayError `unavailable` where it cannot be reached.
 */
export const openPostgres = async ({ url, clock, log }: PostgresOptions): Promise<Store> => {
  const pool = new pg.Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    application_name: 'spillway',
    types: { getTypeParser },
  });
  // A connection that breaks while nobody uses it is replaced by the next one who asks.
  pool.on('error', (cause) => log.warn({ cause: cause.message }, 'a database connection broke'));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await prepare(db, { clock, log });
  } catch (cause) {
    await db.destroy();
    if (cause instanceof SpillwayError) throw cause;
    throw new SpillwayError(
      'unavailable',
      `The database of general_settings.database_url cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
  const own = db.withPlugin(plainValues()).withSchema(SCHEMA);
  const store = sqlStore(own, { kind: 'postgres', clock });
  return { ...store, close: () => db.destroy() };
};

/** Sums and counts are whole numbers that a double holds; as texts they would be added as texts. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8 || oid === NUMERIC
    ? Number
    : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser;

const prepare = (
  db: Kysely<Tables>,
  { clock, log }: Pick<PostgresOptions, 'clock' | 'log'>,
): Promise<void> =>
  db.connection().execute(async (one) => {
    const others = await foreignTables(one);
    if (others > 0)
      log.info(
        { tables: others, schema: SCHEMA },
        'this database holds tables of LiteLLM: they are left alone, Spillway keeps to its own schema',
      );
    await sql`select pg_advisory_lock(${LOCK})`.execute(one);
    try {
      await sql`create schema if not exists ${sql.id(SCHEMA)}`.execute(one);
      await migrate({
        db: one.withSchema(SCHEMA),
        kind: 'postgres',
        wallMs: Math.round(clock.wall()),
        copy: (name) => copySchema(one, name),
      });
      for (const table of SUMS)
        await sql`alter table ${sql.id(SCHEMA, table)} set (
          fillfactor = 50, autovacuum_vacuum_scale_factor = 0,
          autovacuum_vacuum_threshold = 5000)`.execute(one);
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(one);
    }
  });

const foreignTables = async (db: Kysely<Tables>): Promise<number> => {
  const { rows } = await sql<{ many: number }>`
    select count(*) as many from information_schema.tables
    where table_name like 'LiteLLM\\_%' escape '\\' and table_schema <> ${SCHEMA}`.execute(db);
  return rows[0]?.many ?? 0;
};

/** Tables as they are now, in a schema beside ours; one that is there is kept. */
const copySchema = async (db: Kysely<Tables>, name: string): Promise<void> => {
  const target = `${SCHEMA}_before_${name}`.replaceAll(/\W/g, '_');
  const { rows } = await sql<{ table_name: string }>`
    select table_name from information_schema.tables where table_schema = ${SCHEMA}`.execute(db);
  await db.transaction().execute(async (all) => {
    await sql`create schema if not exists ${sql.id(target)}`.execute(all);
    for (const { table_name } of rows)
      await sql`create table if not exists ${sql.id(target, table_name)}
        as table ${sql.id(SCHEMA, table_name)}`.execute(all);
  });
};

/** Drivers tell of several failed addresses in one error without a text of its own. */
const messageOf = (cause: unknown): string => {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
};
