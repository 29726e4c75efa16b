import type { Insertable, Kysely, Transaction } from 'kysely';
import { plainText } from '#core/plain-text.ts';
import { baseOf, markOf, type PackedSpend } from '#store/packed-spend.ts';
import type { Paid, Taken } from '#store/spend.ts';
import { type KnownWho, SpendSums } from '#store/spend-sums.ts';
import { traitsOf } from '#store/spend-traits.ts';
import type { Tables, UsageTableName } from '#store/tables.ts';

/** Rows that go in one statement. */
const BATCH = 250;

/**
 * Writes records with all sums that they add to, in one transaction. Who is there already adds to
 * nothing.
 */
export const writeSpend = async (
  db: Kysely<Tables>,
  records: readonly PackedSpend[],
): Promise<Taken> => {
  const distinct = [...new Map(records.map((record) => [keyOf(record), record])).values()];
  if (distinct.length === 0) return { records: records.length, paid: [] };
  const sums = new SpendSums();
  await db.transaction().execute(async (all) => {
    const whos = await knownWhos(all, new Set(distinct.map(({ who }) => who)));
    for (let from = 0; from < distinct.length; from += BATCH)
      await writeBatch(all, { records: distinct.slice(from, from + BATCH), whos, sums });
    // Once for all of them: each sum that is touched is written anew.
    for (const [table, rows] of Object.entries(sums.usage()))
      await addUsage(all, table as UsageTableName, rows);
    await addTags(all, sums.tags());
    await addPaid(all, sums.paid());
  });
  return { records: records.length, paid: sums.paid() };
};

/** Those who ask, new ones included, and before them the same without end users. */
const knownWhos = async (
  all: Transaction<Tables>,
  whos: ReadonlySet<string>,
): Promise<ReadonlyMap<string, KnownWho>> => {
  const bases = new Map([...whos].map((who) => [who, baseOf(who)]));
  const plain = [...bases].map(([who, base]) => base ?? who);
  const ids = await idsOf(all, new Map(plain.map((who) => [who, 0])));
  const baseIdOf = (base: string | undefined): number =>
    base === undefined ? 0 : ids.get(markOf(base))!;
  const named = [...bases].filter(([, base]) => base !== undefined);
  const ends = await idsOf(all, new Map(named.map(([who, base]) => [who, baseIdOf(base)])));
  const idOf = (who: string): number => ends.get(markOf(who)) ?? ids.get(markOf(who))!;
  return new Map([...bases].map(([who, base]) => [who, { id: idOf(who), base: baseIdOf(base) }]));
};

/** Numbers by marks. In one order: two who write at once wait, and do not lock each other out. */
const idsOf = async (
  all: Transaction<Tables>,
  bases: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> => {
  const rows = [...bases]
    .map(([who, base]) => whoRow(who, base))
    .toSorted((a, b) => (a.mark < b.mark ? -1 : 1));
  const known = new Map<string, number>();
  for (let from = 0; from < rows.length; from += BATCH) {
    const some = rows.slice(from, from + BATCH);
    await all
      .insertInto('spend_who')
      .values(some)
      .onConflict((conflict) => conflict.column('mark').doNothing())
      .execute();
    const marks = some.map(({ mark }) => mark);
    const found = await all
      .selectFrom('spend_who')
      .select(['id', 'mark'])
      .where('mark', 'in', marks)
      .execute();
    for (const { id, mark } of found) known.set(mark, id);
  }
  return known;
};

interface Batch {
  readonly records: readonly PackedSpend[];
  readonly whos: ReadonlyMap<string, KnownWho>;
  readonly sums: SpendSums;
}

/** Writes those that are not there yet, and adds them to the sums. */
const writeBatch = async (
  all: Transaction<Tables>,
  { records, whos, sums }: Batch,
): Promise<void> => {
  const written = await all
    .insertInto('spend')
    .values(records.map((record) => rowOf(record, whos.get(record.who)!.id)))
    .onConflict((conflict) => conflict.columns(['started_ms', 'id']).doNothing())
    .returning(['started_ms as startedMs', 'id'])
    .execute();
  const keys = new Set(written.map(keyOf));
  const fresh = records.filter((record) => keys.has(keyOf(record)));
  for (const record of fresh) sums.add(record, whos.get(record.who)!);
  const bodies = fresh.flatMap((record) => bodyRowOf(record) ?? []);
  await addTraits(all, fresh);
  if (bodies.length > 0)
    await all
      .insertInto('spend_bodies')
      .values(bodies)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
};

const addTraits = async (
  all: Transaction<Tables>,
  fresh: readonly PackedSpend[],
): Promise<void> => {
  const traits = fresh.flatMap((record) => traitsOf(record) ?? []);
  const rows = {
    spend_sessions: traits.flatMap(({ session }) => session ?? []),
    spend_errors: traits.flatMap(({ error }) => error ?? []),
  };
  for (const [table, values] of Object.entries(rows))
    if (values.length > 0)
      await all
        .insertInto(table as keyof typeof rows)
        .values(values)
        .onConflict((conflict) => conflict.columns(['started_ms', 'id']).doNothing())
        .execute();
};

const keyOf = ({ startedMs, id }: Pick<PackedSpend, 'startedMs' | 'id'>): string =>
  `${startedMs} ${id}`;

/** Undefined where it has none. */
export const bodyRowOf = ({
  id,
  startedMs,
  body,
}: PackedSpend): Tables['spend_bodies'] | undefined =>
  body === undefined ? undefined : { id, at_ms: startedMs, body };

const rowOf = (record: PackedSpend, who: number): Tables['spend'] => ({
  started_ms: record.startedMs,
  id: record.id,
  who,
  failed: record.isFailed ? 1 : 0,
  ended_ms: record.endedMs,
  nanos: record.nanos,
  tokens_in: record.tokensIn,
  tokens_out: record.tokensOut,
  more: record.more,
});

/** The columns that tell who it is, in the order of `WHO`. */
export const WHO_COLUMNS = [
  'token',
  'user_id',
  'team_id',
  'end_user',
  'model_group',
  'model',
  'deployment',
  'provider',
] as const;

export const whoRow = (who: string, base: number): Insertable<Tables['spend_who']> => {
  const texts = JSON.parse(who) as string[];
  const columns = WHO_COLUMNS.map(
    (column, place) => [column, plainText(texts[place] ?? '')] as const,
  );
  return {
    mark: markOf(who),
    base,
    ...(Object.fromEntries(columns) as Record<(typeof WHO_COLUMNS)[number], string>),
    forgotten: 0,
  };
};

const addUsage = async (
  all: Kysely<Tables>,
  table: UsageTableName,
  rows: readonly Tables['usage_hours'][],
): Promise<void> => {
  const ordered = rows.toSorted((a, b) => a.hour_ms - b.hour_ms || a.who - b.who);
  for (let from = 0; from < ordered.length; from += BATCH)
    await all
      .insertInto(table)
      .values(ordered.slice(from, from + BATCH))
      .onConflict((conflict) =>
        conflict.columns(['hour_ms', 'who']).doUpdateSet((row) => ({
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
