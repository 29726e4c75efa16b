import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { type JsonObject, own } from '#core/json.ts';
import type { PayerKind, SpendBody, SpendFilter, SpendRecord, SpendStore } from '#store/spend.ts';
import { addSums, paidRow, type UsageTable, writeSpend } from '#store/spend-write.ts';
import { sumsRetention } from '#store/sums-retention.ts';
import type { Tables } from '#store/tables.ts';
import { tagUsage, usage } from '#store/usage-table.ts';

/** From so many rows on, a page is looked for in another way. */
const DEEP = 1_000;
/** What a record takes on disk with its entries in every index, bytes, about. */
const OVERHEAD_BYTES = 900;

export const spendTable = (db: Kysely<Tables>): SpendStore => ({
  add: (records) => writeSpend(db, records),
  list: (filter, page) => (page.offset > DEEP ? listDeep : listed)(db, filter, page),
  async count(filter) {
    const query = db.selectFrom('spend').select((row) => row.fn.countAll<number>().as('many'));
    return (await filtered(query, filter).executeTakeFirst())?.many ?? 0;
  },
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

type Page = Parameters<SpendStore['list']>[1];

const listed = async (
  db: Kysely<Tables>,
  filter: SpendFilter,
  { limit, offset }: Page,
): Promise<SpendRecord[]> => {
  const rows = await filtered(db.selectFrom('spend').selectAll(), filter)
    .orderBy('started_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(recordOf);
};

/** Passing over rows reads them; the instants of an index alone are passed over ten times as fast. */
const listDeep = async (
  db: Kysely<Tables>,
  filter: SpendFilter,
  { limit, offset }: Page,
): Promise<SpendRecord[]> => {
  const instant = await filtered(db.selectFrom('spend').select('started_ms'), filter)
    .orderBy('started_ms', 'desc')
    .limit(1)
    .offset(offset)
    .executeTakeFirst();
  if (!instant) return [];
  const { started_ms: atMs } = instant;
  const later = filtered(
    db.selectFrom('spend').select((row) => row.fn.countAll<number>().as('many')),
    filter,
  ).where('started_ms', '>', atMs);
  const { many } = await later.executeTakeFirstOrThrow();
  const toMs = Math.min(atMs + 1, filter.toMs ?? Infinity);
  return listed(db, { ...filter, toMs }, { limit, offset: offset - many });
};

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

const removeOldest = async (
  db: Kysely<Tables>,
  most: number,
  beforeMs?: number,
): Promise<number> => {
  let oldest = db.selectFrom('spend').select('id').orderBy('started_ms').limit(most);
  if (beforeMs !== undefined) oldest = oldest.where('started_ms', '<', Math.floor(beforeMs));
  return removeRecords(db, oldest);
};

/** With what was asked and answered. */
const removeRecords = (
  db: Kysely<Tables>,
  ids: SelectQueryBuilder<Tables, 'spend', { id: string }>,
): Promise<number> =>
  db.transaction().execute(async (all) => {
    const gone = await all.deleteFrom('spend').where('id', 'in', ids).returning('id').execute();
    if (gone.length === 0) return 0;
    const names = gone.map(({ id }) => id);
    await all.deleteFrom('spend_bodies').where('id', 'in', names).execute();
    return gone.length;
  });

/** What is left of a person: sums, under a word that means nobody. */
const FORGOTTEN = 'forgotten';

const forget = async (db: Kysely<Tables>, user: string, most: number): Promise<number> => {
  const isTheirs = db
    .selectFrom('spend')
    .select('id')
    .where((row) =>
      row.or([
        row.and([row('user_id', '=', user), isNamed('user_id')]),
        row.and([row('end_user', '=', user), isNamed('end_user')]),
      ]),
    )
    .limit(most);
  const many = await removeRecords(db, isTheirs);
  if (many > 0) return many;
  await db.transaction().execute(async (all) => {
    for (const table of ['usage_hours', 'usage_days'] as const)
      for (const column of ['user_id', 'end_user'] as const)
        await mergeUsage(all, { table, column, user });
  });
  await db
    .deleteFrom('paid')
    .where('kind', 'in', ['user', 'end_user'])
    .where('payer', '=', user)
    .execute();
  return 0;
};

/** Moves one person's sums to nobody's, adding to what is there. */
const mergeUsage = async (
  all: Kysely<Tables>,
  of: {
    readonly table: UsageTable;
    readonly column: 'user_id' | 'end_user';
    readonly user: string;
  },
): Promise<void> => {
  const rows = await all
    .deleteFrom(of.table)
    .where(of.column, '=', of.user)
    .returningAll()
    .execute();
  for (const row of rows) await addSums(all, of.table, [{ ...row, [of.column]: FORGOTTEN }]);
};

const COLUMNS = {
  id: 'id',
  token: 'token',
  user: 'user_id',
  team: 'team_id',
  endUser: 'end_user',
  group: 'model_group',
  deployment: 'deployment',
  status: 'status',
} as const;

/** Told in so many words, it lets an index serve that has no place for those without. */
const isNamed = (column: string) => sql<boolean>`${sql.ref(column)} <> ''`;

const filtered = <Row>(
  query: SelectQueryBuilder<Tables, 'spend', Row>,
  filter: SpendFilter,
): SelectQueryBuilder<Tables, 'spend', Row> => {
  let narrowed = query;
  if (filter.fromMs !== undefined)
    narrowed = narrowed.where('started_ms', '>=', Math.floor(filter.fromMs));
  if (filter.toMs !== undefined)
    narrowed = narrowed.where('started_ms', '<', Math.ceil(filter.toMs));
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value = filter[name as keyof typeof COLUMNS];
    if (value === undefined) continue;
    narrowed = narrowed.where(sql.ref(column), '=', value);
    if (value !== '') narrowed = narrowed.where(isNamed(column));
  }
  return narrowed;
};

const recordOf = (row: Tables['spend']): SpendRecord => {
  const more = JSON.parse(row.more) as JsonObject;
  const tags = own(more, 'tags');
  delete more['tags'];
  return {
    id: row.id,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    token: row.token,
    user: row.user_id,
    team: row.team_id,
    endUser: row.end_user,
    group: row.model_group,
    model: row.model,
    deployment: row.deployment,
    provider: row.provider,
    status: row.status === 'failure' ? 'failure' : 'success',
    nanos: row.nanos,
    tokensIn: row.tokens_in,
    tokensOut: row.tokens_out,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    payments: [],
    more,
  };
};
