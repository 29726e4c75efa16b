import type { Kysely } from 'kysely';
import type { Tables } from '#store/tables.ts';

/** The fact under which it is kept before which instant records may have been removed, Unix epoch ms. */
const NAME = 'spend_swept_ms';

/** Undefined where none has been. From then on every record is there that sums tell of. */
export const sweptMs = async (db: Kysely<Tables>): Promise<number | undefined> => {
  const query = db.selectFrom('facts').select('value').where('name', '=', NAME);
  const row = await query.executeTakeFirst();
  return row && Number(row.value);
};

/** Records up to this instant, Unix epoch ms, may be gone. */
export const setSwept = async (db: Kysely<Tables>, ms: number): Promise<void> => {
  const before = await sweptMs(db);
  if (before !== undefined && ms < before) return;
  const value = String(ms + 1);
  await db
    .insertInto('facts')
    .values({ name: NAME, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
};
