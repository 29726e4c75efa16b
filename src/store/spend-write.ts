import type { Kysely, Transaction } from 'kysely';
import type { Payment, SpendRecord } from '#store/spend.ts';
import type { Tables } from '#store/tables.ts';

/** Rows that go in one statement. */
const BATCH = 250;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Writes records with all sums that they add to, in one transaction. Who is there already, by its
 * id, adds to nothing.
 */
export const writeSpend = async (
  db: Kysely<Tables>,
  records: readonly SpendRecord[],
): Promise<void> => {
  const distinct = [...new Map(records.map((record) => [record.id, record])).values()];
  if (distinct.length === 0) return;
  await db.transaction().execute(async (all) => {
    for (let from = 0; from < distinct.length; from += BATCH)
      await writeBatch(all, distinct.slice(from, from + BATCH));
  });
};

const writeBatch = async (
  all: Transaction<Tables>,
  records: readonly SpendRecord[],
): Promise<void> => {
  const written = await all
    .insertInto('spend')
    .values(records.map(rowOf))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  const ids = new Set(written.map(({ id }) => id));
  const fresh = records.filter(({ id }) => ids.has(id));
  if (fresh.length === 0) return;
  await addUsage(all, fresh, { table: 'usage_hours', stepMs: HOUR_MS });
  await addUsage(all, fresh, { table: 'usage_days', stepMs: DAY_MS });
  await addTags(all, fresh);
  await addPaid(all, fresh);
};

const rowOf = (record: SpendRecord): Tables['spend'] => ({
  id: record.id,
  started_ms: Math.round(record.startedMs),
  ended_ms: Math.round(record.endedMs),
  ...whoOf(record),
  status: record.status,
  nanos: record.nanos,
  tokens_in: record.tokensIn,
  tokens_out: record.tokensOut,
  more: JSON.stringify({ ...record.more, tags: [...record.tags] }),
});

const whoOf = (record: SpendRecord) => ({
  token: record.token,
  user_id: record.user,
  team_id: record.team,
  end_user: record.endUser,
  model_group: record.group,
  model: record.model,
  deployment: record.deployment,
  provider: record.provider,
});

const stepOf = ({ startedMs }: SpendRecord, stepMs: number): number =>
  Math.floor(startedMs / stepMs) * stepMs;

const sumsOf = ({ status, tokensIn, tokensOut, nanos }: SpendRecord) => ({
  requests: 1,
  failures: status === 'failure' ? 1 : 0,
  tokens_in: tokensIn,
  tokens_out: tokensOut,
  nanos,
});

type Sums = ReturnType<typeof sumsOf>;

/** Rows with the same key in one: a statement may not touch a row twice. */
const merged = <Row extends Sums>(rows: readonly (readonly [string, Row])[]): Row[] => {
  const sums = new Map<string, Row>();
  for (const [key, row] of rows) {
    const known = sums.get(key);
    if (!known) sums.set(key, { ...row });
    else
      for (const name of ['requests', 'failures', 'tokens_in', 'tokens_out', 'nanos'] as const)
        known[name] = known[name] + row[name];
  }
  return [...sums.values()];
};

const USAGE_KEY = [
  'hour_ms',
  'token',
  'user_id',
  'team_id',
  'end_user',
  'model_group',
  'model',
  'deployment',
  'provider',
] as const;

const addUsage = async (
  all: Transaction<Tables>,
  records: readonly SpendRecord[],
  { table, stepMs }: { readonly table: UsageTable; readonly stepMs: number },
): Promise<void> => {
  const rows = merged(
    records.map((record) => {
      const row = { hour_ms: stepOf(record, stepMs), ...whoOf(record), ...sumsOf(record) };
      return [JSON.stringify(USAGE_KEY.map((name) => row[name])), row] as const;
    }),
  );
  await addSums(all, table, rows);
};

export type UsageTable = 'usage_hours' | 'usage_days';

/** Adds to the sums that are there. */
export const addSums = async (
  all: Kysely<Tables>,
  table: UsageTable,
  rows: readonly Tables[UsageTable][],
): Promise<void> => {
  if (rows.length === 0) return;
  await all
    .insertInto(table)
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns([...USAGE_KEY]).doUpdateSet((row) => ({
        requests: row(`${table}.requests`, '+', row.ref('excluded.requests')),
        failures: row(`${table}.failures`, '+', row.ref('excluded.failures')),
        tokens_in: row(`${table}.tokens_in`, '+', row.ref('excluded.tokens_in')),
        tokens_out: row(`${table}.tokens_out`, '+', row.ref('excluded.tokens_out')),
        nanos: row(`${table}.nanos`, '+', row.ref('excluded.nanos')),
      })),
    )
    .execute();
};

const addTags = async (
  all: Transaction<Tables>,
  records: readonly SpendRecord[],
): Promise<void> => {
  const rows = merged(
    records.flatMap((record) =>
      [...new Set(record.tags)].map((tag) => {
        const row = { hour_ms: stepOf(record, HOUR_MS), tag, ...sumsOf(record) };
        return [JSON.stringify([row.hour_ms, tag]), row] as const;
      }),
    ),
  );
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

const addPaid = async (
  all: Transaction<Tables>,
  records: readonly SpendRecord[],
): Promise<void> => {
  const sums = new Map<string, Payment & { nanos: number }>();
  for (const { nanos, payments } of records)
    for (const payment of nanos > 0 ? payments : []) {
      const key = JSON.stringify([payment.kind, payment.id, payment.sinceMs]);
      const known = sums.get(key);
      if (known) known.nanos += nanos;
      else sums.set(key, { ...payment, nanos });
    }
  const rows = [...sums.values()].map(paidRow);
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

export const paidRow = ({ kind, id, sinceMs, nanos }: Payment & { nanos: number }) => ({
  kind,
  payer: id,
  since_ms: sinceMs,
  nanos,
});
