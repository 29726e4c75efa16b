import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration, MigrationKind } from '#store/migrations/migration.ts';

const BATCH = 500;
const [MOST_SESSION, MOST_MESSAGE, USUAL_CODE] = [200, 4_000, 500];

interface Key {
  started_ms: number;
  id: string;
}
type Both = Kysely<{
  spend: Key & { more: string };
  spend_sessions: Key & { session: string };
  spend_errors: Key & { code: number; message: string };
}>;

/**
 * Sessions and errors have rows of their own, in the order of their records': what is looked for by them
 * is found without a look at every record, and those without any cost nothing.
 */
export const traits: Migration = {
  name: '0008-traits',
  async up(any, kind) {
    const db = any as unknown as Both;
    await tableOf(db, 'spend_sessions', kind)
      .addColumn('session', 'text', (column) => column.notNull())
      .execute();
    await tableOf(db, 'spend_errors', kind)
      .addColumn('code', 'integer', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull())
      .execute();
    await fill(db);
    await db.schema
      .createIndex('spend_sessions_session')
      .on('spend_sessions')
      .columns(['session', 'started_ms', 'id'])
      .execute();
  },
};

const tableOf = ({ schema }: Both, name: string, kind: MigrationKind) => {
  const table = schema
    .createTable(name)
    .addPrimaryKeyConstraint(`${name}_by_id`, ['started_ms', 'id'] as never)
    .addColumn('started_ms', 'bigint', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull());
  return kind === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table;
};

/** Of the records that are there. */
const fill = async (db: Both): Promise<void> => {
  let last: Key = { started_ms: Number.MIN_SAFE_INTEGER, id: '' };
  for (;;) {
    const rows = await after(db, last);
    const sessions = rows.flatMap((row) => sessionOf(row) ?? []);
    const errors = rows.flatMap((row) => errorOf(row) ?? []);
    if (sessions.length > 0) await db.insertInto('spend_sessions').values(sessions).execute();
    if (errors.length > 0) await db.insertInto('spend_errors').values(errors).execute();
    if (rows.length < BATCH) return;
    last = rows.at(-1)!;
  }
};

/** The next ones that may have something. */
const after = (db: Both, { started_ms, id }: Key) =>
  db
    .selectFrom('spend')
    .select(['started_ms', 'id', 'more'])
    .where('started_ms', '>=', started_ms)
    .where((row) => row.or([row('started_ms', '>', started_ms), row('id', '>', id)]))
    .where((row) =>
      row.or([row('more', 'like', '%"session_id":%'), row('more', 'like', '%"error":%')]),
    )
    .orderBy('started_ms')
    .orderBy('id')
    .limit(BATCH)
    .execute();

type Row = Key & { readonly more: string };

const sessionOf = ({ started_ms, id, more }: Row) => {
  const { session_id: session } = moreIn(more);
  if (typeof session !== 'string' || session === '') return undefined;
  return { started_ms, id, session: cut(session, MOST_SESSION) };
};

const errorOf = ({ started_ms, id, more }: Row) => {
  const { error } = moreIn(more);
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, message } = error as Record<string, unknown>;
  const code = Number.isSafeInteger(status) ? Number(status) : USUAL_CODE;
  const said = typeof message === 'string' ? message : '';
  return { started_ms, id, code, message: cut(said, MOST_MESSAGE) };
};

const moreIn = (text: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** Postgres keeps no NUL, and no database half a character. */
const cut = (text: string, most: number): string =>
  text.slice(0, most).toWellFormed().replaceAll('\0', '\uFFFD');
