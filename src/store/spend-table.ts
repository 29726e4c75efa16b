import type { Kysely } from 'kysely';
import { packed, type PackedSpend } from '#store/packed-spend.ts';
import { countSpend, listSpend } from '#store/spend-pages.ts';
import { sessionsWith } from '#store/spend-sought.ts';
import { forget, removeOldest } from '#store/spend-removal.ts';
import type { PayerKind, SpendBody, SpendStore } from '#store/spend.ts';
import { paidRow, writeSpend } from '#store/spend-write.ts';
import { sumsRetention } from '#store/sums-retention.ts';
import type { Tables } from '#store/tables.ts';
import { tagUsage, usage } from '#store/usage-table.ts';

/** What a record takes on disk besides its JSON, bytes, about. */
const OVERHEAD_BYTES = 200;

export const spendTable = (db: Kysely<Tables>): SpendStore => ({
  add: (records) => writeSpend(db, records.map(packed)),
  addPacked: (records: readonly PackedSpend[]) => writeSpend(db, records),
  list: (filter, page) => listSpend(db, filter, page),
  count: (filter) => countSpend(db, filter),
  sessions: (part, most) => sessionsWith(db, part, most),
  async body(id) {
    const query = db.selectFrom('spend_bodies').select('body').where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && (JSON.parse(row.body) as SpendBody);
  },
  async removeBodies(wallMs, most) {
    const oldest = db
      .selectFrom('spend_bodies')
      .select('id')
      .where('at_ms', '<', Math.floor(wallMs))
      .orderBy('at_ms')
      .limit(most);
    const { numDeletedRows } = await db
      .deleteFrom('spend_bodies')
      .where('id', 'in', oldest)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  },
  usage: (question) => usage(db, question),
  tags: (filter, per) => tagUsage(db, filter, per),
  async paid() {
    const rows = await db.selectFrom('paid').selectAll().execute();
    return rows.map(({ kind, payer, since_ms, nanos }) => ({
      kind: kind as PayerKind,
      id: payer,
      sinceMs: since_ms,
      nanos,
    }));
  },
  async setPaid(payment, nanos) {
    await db
      .insertInto('paid')
      .values(paidRow({ ...payment, nanos }))
      .onConflict((conflict) =>
        conflict.columns(['kind', 'payer', 'since_ms']).doUpdateSet({ nanos }),
      )
      .execute();
  },
  removeBefore: (wallMs, most) => removeOldest(db, most, wallMs),
  removeOldest: (most) => removeOldest(db, most),
  forget: ({ user }, most) => forget(db, user, most),
  bytes: () => bytesOf(db),
  ...sumsRetention(db),
});

const bytesOf = async (db: Kysely<Tables>): Promise<number> => {
  const { many, long } = await db
    .selectFrom('spend')
    .select((row) => [
      row.fn.countAll<number>().as('many'),
      row.fn.sum<number | null>(row.fn<number>('octet_length', ['more'])).as('long'),
    ])
    .executeTakeFirstOrThrow();
  const { bodies } = await db
    .selectFrom('spend_bodies')
    .select((row) =>
      row.fn.sum<number | null>(row.fn<number>('octet_length', ['body'])).as('bodies'),
    )
    .executeTakeFirstOrThrow();
  return (long ?? 0) + (bodies ?? 0) + many * OVERHEAD_BYTES;
};
