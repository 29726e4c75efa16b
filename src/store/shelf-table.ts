import type { Kysely } from 'kysely';
import type { Clock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import type { Shelf, Subject } from '#store/store.ts';
import type { Tables } from '#store/tables.ts';

/** Rows that go in one statement: databases limit the number of its values. */
const BATCH = 500;
const GONE = 'null';

export const shelfTable = (
  db: Kysely<Tables>,
  subject: Subject,
  { wall }: Pick<Clock, 'wall'>,
): Shelf => {
  const table = `s_${subject}` as const;
  const write = async (rows: readonly { id: string; body: string }[]): Promise<void> => {
    if (rows.length === 0) return;
    const changed_ms = Math.round(wall());
    await db.transaction().execute(async (all) => {
      for (let from = 0; from < rows.length; from += BATCH)
        await all
          .insertInto(table)
          .values(rows.slice(from, from + BATCH).map((row) => ({ ...row, changed_ms })))
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((row) => ({
              body: row.ref('excluded.body'),
              changed_ms: row.ref('excluded.changed_ms'),
            })),
          )
          .execute();
    });
  };
  return {
    async all() {
      const rows = await db
        .selectFrom(table)
        .select(['id', 'body'])
        .where('body', '!=', GONE)
        .orderBy('id')
        .execute();
      return rows.map(({ id, body }) => ({ id, body: JSON.parse(body) as JsonObject }));
    },
    put: (rows) => write(rows.map(({ id, body }) => ({ id, body: JSON.stringify(body) }))),
    remove: (ids) => write(ids.map((id) => ({ id, body: GONE }))),
    async forget(ids) {
      await db.deleteFrom(table).where('id', 'in', ids).where('body', '=', GONE).execute();
    },
    async changedSince(wallMs) {
      const rows = await db
        .selectFrom(table)
        .select(['id', 'body'])
        .where('changed_ms', '>=', Math.floor(wallMs))
        .execute();
      return rows.map(({ id, body }) =>
        body === GONE ? { id } : { id, body: JSON.parse(body) as JsonObject },
      );
    },
  };
};
