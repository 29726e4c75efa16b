import { access, chmod, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Log } from '#core/log.ts';
import { makeFolder } from '#core/make-folder.ts';
import { guarded } from '#store/guarded.ts';
import { migrate } from '#store/migrations/migrate.ts';
import { packed } from '#store/packed-spend.ts';
import type { SpendStore, Taken } from '#store/spend.ts';
import { sqlStore } from '#store/sql-store.ts';
import { SqliteClient } from '#store/sqlite/client.ts';
import { sqliteDialect } from '#store/sqlite/dialect.ts';
import type { Store } from '#store/store.ts';
import type { Tables } from '#store/tables.ts';

export const SQLITE_FILE = 'spillway.db';
export const LOCK_FILE = 'spillway.lock';

export interface SqliteOptions {
  /** Where the file lies; made when it is missing. Absent: nothing outlives the process. */
  readonly folder?: string;
  readonly clock: Pick<Clock, 'wall'>;
  readonly log: Log;
}

/**
 * The store in a file of this machine. A folder that cannot be written is said loudly and costs the
 * memory of the next start, not this one. Throws SpillwayError `config_invalid` where another
 * process has it open.
 */
export const openSqlite = async ({ folder, clock, log }: SqliteOptions): Promise<Store> => {
  if (folder === undefined) return openAt({ clock });
  try {
    await makeFolder(folder, 0o700);
    return await openAt({ folder, clock });
  } catch (cause) {
    if (cause instanceof SpillwayError) throw cause;
    log.error(
      { folder, cause: String(cause) },
      'THE STORE CANNOT BE WRITTEN: keys, spend and logs are kept in memory and lost at the end. Make the folder writable, or name another with --data-dir',
    );
    return openAt({ clock });
  }
};

const openAt = async ({
  folder,
  clock,
}: Pick<SqliteOptions, 'folder' | 'clock'>): Promise<Store> => {
  const path = folder === undefined ? ':memory:' : join(folder, SQLITE_FILE);
  const lockPath = folder === undefined ? undefined : join(folder, LOCK_FILE);
  if (folder !== undefined) await makeOurs(path);
  const client = await opened(path, lockPath);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(client) });
  const copyTo = async (target: string): Promise<void> => {
    await sql`vacuum into ${target}`.execute(db);
    await chmod(target, 0o600);
  };
  try {
    const copy = async (name: string): Promise<void> => {
      const target = `${path}.before-${name}`;
      if (folder !== undefined && !(await isThere(target))) await copyTo(target);
    };
    await migrate({ db, kind: 'sqlite', wallMs: Math.round(clock.wall()), copy });
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
  const kind = folder === undefined ? 'memory' : 'sqlite';
  const store = sqlStore(db, { kind, clock });
  // The connection is one: nobody else is in the middle of a transaction.
  const take = (spend: Parameters<SqliteClient['take']>[0]): Promise<Taken> =>
    db.connection().execute(() => client.take(spend));
  const intake = guarded<Pick<SpendStore, 'add' | 'addPacked' | 'addFile'>>({
    add: (records) => take(records.map(packed)),
    addPacked: take,
    addFile: take,
  });
  return {
    ...store,
    spend: { ...store.spend, ...intake },
    copyTo,
    // Deleted rows are written over at once, in the log too, which is emptied.
    wipe: async () => void (await sql`pragma wal_checkpoint(truncate)`.execute(db)),
  };
};

/** Nobody else on this machine reads it; what SQLite puts beside it has the same rights. */
const makeOurs = async (path: string): Promise<void> => {
  await (await open(path, 'a', 0o600)).close();
  await chmod(path, 0o600);
};

const opened = async (path: string, lockPath: string | undefined): Promise<SqliteClient> => {
  try {
    return await SqliteClient.open({ path, ...(lockPath !== undefined && { lockPath }) });
  } catch (cause) {
    if (!/locked|busy/i.test(String(cause))) throw cause;
    throw new SpillwayError(
      'config_invalid',
      `${path} is in use by another Spillway. Stop that one, or name another folder with --data-dir.`,
      { cause },
    );
  }
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
