import type { Kysely } from 'kysely';
import type { JsonObject } from '#core/json.ts';
import type { AuditStore } from '#store/store.ts';
import type { Tables } from '#store/tables.ts';

export const auditTable = (db: Kysely<Tables>): AuditStore => ({
  async add(entries) {
    if (entries.length === 0) return;
    const rows = entries.map(({ id, atMs, actor, action, subject, objectId, before, after }) => ({
      id,
      at_ms: Math.round(atMs),
      actor,
      action,
      subject,
      object_id: objectId,
      before_json: JSON.stringify(before),
      after_json: JSON.stringify(after),
    }));
    await db
      .insertInto('audit')
      .values(rows)
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
    return rows.map((row) => ({
      id: row.id,
      atMs: row.at_ms,
      actor: row.actor,
      action: row.action,
      subject: row.subject,
      objectId: row.object_id,
      before: JSON.parse(row.before_json) as JsonObject | null,
      after: JSON.parse(row.after_json) as JsonObject | null,
    }));
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
});
