import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { silentLog } from '#core/log.ts';
import type { MigrationKind } from '#store/migrations/migration.ts';
import { openPostgres } from '#store/postgres/open.ts';
import { startPostgres } from '#store/postgres/test-kit.ts';
import { SqliteClient } from '#store/sqlite/client.ts';
import { sqliteDialect } from '#store/sqlite/dialect.ts';
import { SQLITE_FILE } from '#store/sqlite/open.ts';
import type { Store } from '#store/store.ts';

/** Leaves a database as a version before does. */
type Fill = (any: Kysely<never>, kind: MigrationKind) => Promise<void>;

export const fillFile = async (folder: string, fill: Fill): Promise<void> => {
  const client = await SqliteClient.open({ path: join(folder, SQLITE_FILE) });
  const db = new Kysely<never>({ dialect: sqliteDialect(client) });
  await fill(db, 'sqlite');
  await db.destroy();
};

/** What today's store makes of a Postgres that was filled so. */
export const checkPostgres = async (
  fill: Fill,
  check: (store: Store) => Promise<void>,
  clock: Parameters<typeof openPostgres>[0]['clock'],
): Promise<void> => {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url });
  const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });
  await sql`create schema spillway`.execute(db);
  await fill(db.withSchema('spillway'), 'postgres');
  await db.destroy();
  const store = await openPostgres({ url: server.url, clock, log: silentLog });
  await check(store);
  await store.close();
  await server.close();
};
