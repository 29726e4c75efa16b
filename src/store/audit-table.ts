import type { Kysely } from 'kysely';
import { type JsonObject, own } from '#core/json.ts';
import type { AuditEntry, AuditStore } from '#store/store.ts';
import type { Tables } from '#store/tables.ts';
import { withoutPerson } from '#store/without-person.ts';

/** Entries that are read at once where all are looked at: others have their turn between two. */
const BATCH = 500;

type Row = Tables['audit'];

export const auditTable = (db: Kysely<Tables>): AuditStore => ({
  async add(entries) {
    if (entries.length === 0) return;
    await db
      .insertInto('audit')
      .values(entries.map(rowOf))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  },
  async list({ limit, offset }) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .orderBy('at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(entryOf);
  },
  async removeBefore(wallMs, most) {
    const oldest = db
      .selectFrom('audit')
      .select('id')
      .where('at_ms', '<', Math.floor(wallMs))
      .orderBy('at_ms')
      .limit(most);
    const { numDeletedRows } = await db
      .deleteFrom('audit')
      .where('id', 'in', oldest)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  },
  async forget(user, addresses) {
    const names = new Set([user, ...addresses, ...(await addressesOf(db, user))]);
    let rows: Row[];
    let last = '';
    do {
      const query = db.selectFrom('audit').selectAll().where('id', '>', last);
      rows = await query.orderBy('id').limit(BATCH).execute();
      for (const row of rows) await forgetIn(db, row, names);
      last = rows.at(-1)?.id ?? last;
    } while (rows.length === BATCH);
  },
});

const rowOf = (entry: AuditEntry): Row => ({
  id: entry.id,
  at_ms: Math.round(entry.atMs),
  actor: entry.actor,
  action: entry.action,
  subject: entry.subject,
  object_id: entry.objectId,
  before_json: JSON.stringify(entry.before),
  after_json: JSON.stringify(entry.after),
});

const entryOf = (row: Row): AuditEntry => ({
  id: row.id,
  atMs: row.at_ms,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  objectId: row.object_id,
  before: JSON.parse(row.before_json) as JsonObject | null,
  after: JSON.parse(row.after_json) as JsonObject | null,
});

const forgetIn = async (
  db: Kysely<Tables>,
  row: Row,
  names: ReadonlySet<string>,
): Promise<void> => {
  const left = withoutPerson(entryOf(row), names);
  if (!left) return;
  const { id, ...columns } = rowOf(left);
  await db.updateTable('audit').set(columns).where('id', '=', id).execute();
};

/** Those that a user had, as far as entries say: teams may name their members by these. */
const addressesOf = async (db: Kysely<Tables>, user: string): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('subject', '=', 'users')
    .where('object_id', '=', user)
    .execute();
  return rows.map(entryOf).flatMap(({ before, after }) =>
    [before, after].flatMap((one) => {
      const address = one && own(one, 'user_email');
      return typeof address === 'string' && address !== '' ? [address] : [];
    }),
  );
};
