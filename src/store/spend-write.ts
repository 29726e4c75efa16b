import type { Kysely, Transaction } from 'kysely';
import type { Paid, SpendRecord, Taken } from '#store/spend.ts';
import { SpendSums, WHO_COLUMNS, whoOf } from '#store/spend-sums.ts';
import type { Tables } from '#store/tables.ts';

/** Rows that go in one statement. */
const BATCH = 250;

/**
 * Writes records with all sums that they add to, in one transaction. Who is there already, by its
 * id, adds to nothing.
 */
export const writeSpend = async (
  db: Kysely<Tables>,
  records: readonly SpendRecord[],
): Promise<Taken> => {
  const distinct = [...new Map(records.map((record) => [record.id, record])).values()];
  if (distinct.length === 0) return { records: records.length, paid: [] };
  const sums = new SpendSums();
  await db.transaction().execute(async (all) => {
    for (let from = 0; from < distinct.length; from += BATCH)
      await writeBatch(all, distinct.slice(from, from + BATCH), sums);
    // Once for all of them: each sum that is touched is written anew.
    for (const table of ['usage_hours', 'usage_days'] as const)
      await addSums(all, table, [...sums[table].values()]);
    await addTags(all, [...sums.usage_tags.values()]);
    await addPaid(all, [...sums.paid.values()]);
  });
  return { records: records.length, paid: [...sums.paid.values()] };
};

/** Writes those that are not there yet, and adds them to the sums. */
const writeBatch = async (
  all: Transaction<Tables>,
  records: readonly SpendRecord[],
  sums: SpendSums,
): Promise<void> => {
  const written = await all
    .insertInto('spend')
    .values(records.map(rowOf))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  const ids = new Set(written.map(({ id }) => id));
  const fresh = records.filter(({ id }) => ids.has(id));
  for (const record of fresh) sums.add(record);
  const bodies = fresh.flatMap((record) => bodyRowOf(record) ?? []);
  if (bodies.length > 0) await all.insertInto('spend_bodies').values(bodies).execute();
};

/** Undefined where it has none. */
export const bodyRowOf = ({
  id,
  startedMs,
  body,
}: SpendRecord): Tables['spend_bodies'] | undefined =>
  body && { id, at_ms: Math.round(startedMs), body: JSON.stringify(body) };

export const rowOf = (record: SpendRecord): Tables['spend'] => ({
  id: record.id,
  started_ms: Math.round(record.startedMs),
  ended_ms: Math.round(record.endedMs),
  ...whoOf(record),
  status: record.status,
  nanos: record.nanos,
  tokens_in: record.tokensIn,
  tokens_out: record.tokensOut,
  more: JSON.stringify({ ...record.more, tags: record.tags }),
});

export type UsageTable = 'usage_hours' | 'usage_days';

/** Adds to the sums that are there. */
export const addSums = async (
  all: Kysely<Tables>,
  table: UsageTable,
  rows: readonly Tables[UsageTable][],
): Promise<void> => {
  for (let from = 0; from < rows.length; from += BATCH)
    await all
      .insertInto(table)
      .values(rows.slice(from, from + BATCH))
      .onConflict((conflict) =>
        conflict.columns(['hour_ms', ...WHO_COLUMNS]).doUpdateSet((row) => ({
          requests: row(`${table}.requests`, '+', row.ref('excluded.requests')),
          failures: row(`${table}.failures`, '+', row.ref('excluded.failures')),
          tokens_in: row(`${table}.tokens_in`, '+', row.ref('excluded.tokens_in')),
          tokens_out: row(`${table}.tokens_out`, '+', row.ref('excluded.tokens_out')),
          nanos: row(`${table}.nanos`, '+', row.ref('excluded.nanos')),
        })),
      )
      .execute();
};

export const addTags = async (
  all: Kysely<Tables>,
  rows: readonly Tables['usage_tags'][],
): Promise<void> => {
  for (let from = 0; from < rows.length; from += BATCH)
    await all
      .insertInto('usage_tags')
      .values(rows.slice(from, from + BATCH))
      .onConflict((conflict) =>
        conflict.columns(['hour_ms', 'tag']).doUpdateSet((row) => ({
          requests: row('usage_tags.requests', '+', row.ref('excluded.requests')),
          failures: row('usage_tags.failures', '+', row.ref('excluded.failures')),
          tokens_in: row('usage_tags.tokens_in', '+', row.ref('excluded.tokens_in')),
          tokens_out: row('usage_tags.tokens_out', '+', row.ref('excluded.tokens_out')),
          nanos: row('usage_tags.nanos', '+', row.ref('excluded.nanos')),
        })),
      )
      .execute();
};

const addPaid = async (all: Transaction<Tables>, paid: readonly Paid[]): Promise<void> => {
  const rows = paid.map(paidRow);
  for (let from = 0; from < rows.length; from += BATCH)
    await all
      .insertInto('paid')
      .values(rows.slice(from, from + BATCH))
      .onConflict((conflict) =>
        conflict
          .columns(['kind', 'payer', 'since_ms'])
          .doUpdateSet((row) => ({ nanos: row('paid.nanos', '+', row.ref('excluded.nanos')) })),
      )
      .execute();
};

export const paidRow = ({ kind, id, sinceMs, nanos }: Paid): Tables['paid'] => ({
  kind,
  payer: id,
  since_ms: sinceMs,
  nanos,
});
