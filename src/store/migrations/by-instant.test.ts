import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { silentLog } from '#core/log.ts';
import { migrations } from '#store/migrations/index.ts';
import { byInstant } from '#store/migrations/by-instant.ts';
import type { MigrationKind } from '#store/migrations/migration.ts';
import { checkPostgres, fillFile } from '#store/migrations/test-kit.ts';
import { hasPostgres } from '#store/postgres/test-kit.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import type { SpendRecord } from '#store/spend.ts';
import type { Store } from '#store/store.ts';

type Row = Record<string, string | number>;
type Before = Kysely<Record<'spend' | 'usage_hours' | 'usage_days' | 'usage_tags' | 'paid', Row>>;

const HOUR_MS = 3_600_000;
const T0 = 20_000 * 24 * HOUR_MS;
const clock = { wall: () => T0 };
const WHO = {
  token: 't',
  user_id: 'ann',
  team_id: '',
  end_user: 'a\u{1f600}"\n',
  model_group: 'g',
};
const WHERE = { model: 'm', deployment: 'd', provider: 'p' };
const SUMS = { failures: 0, tokens_in: 3, tokens_out: 4, nanos: 5 };

const record = (id: string, startedMs: number, status: SpendRecord['status']): SpendRecord => ({
  id,
  startedMs,
  endedMs: startedMs + 1,
  token: WHO.token,
  user: WHO.user_id,
  team: WHO.team_id,
  endUser: WHO.end_user,
  group: WHO.model_group,
  ...WHERE,
  status,
  nanos: 7,
  tokensIn: 8,
  tokensOut: 9,
  tags: ['red'],
  payments: [],
  more: { stream: true },
});
const kept = [record('b', T0 + HOUR_MS, 'failure'), record('a', T0 + 5, 'success')];

/** As the version before leaves it. */
const fill = async (db: Kysely<never>, kind: MigrationKind): Promise<void> => {
  const { schema } = db;
  await schema
    .createTable('migrations')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('at_ms', 'bigint')
    .execute();
  const names = db as unknown as Kysely<{ migrations: { name: string; at_ms: number } }>;
  for (const step of migrations.slice(0, migrations.indexOf(byInstant))) {
    await step.up(db, kind);
    await names.insertInto('migrations').values({ name: step.name, at_ms: 0 }).execute();
  }
  const before = db as unknown as Before;
  const spend = kept.map(
    ({ id, startedMs, endedMs, status, nanos, tokensIn, tokensOut, tags }) => ({
      id,
      started_ms: startedMs,
      ended_ms: endedMs,
      ...WHO,
      ...WHERE,
      status,
      nanos,
      tokens_in: tokensIn,
      tokens_out: tokensOut,
      more: JSON.stringify({ stream: true, tags }),
    }),
  );
  await before.insertInto('spend').values(spend).execute();
  const sum = { ...WHO, ...WHERE, ...SUMS };
  const hours = [
    { hour_ms: T0, ...sum, requests: 1 },
    { hour_ms: T0 + HOUR_MS, ...sum, requests: 1, failures: 1 },
    // Records that were too old, and those of somebody who was forgotten.
    { hour_ms: T0 - 40 * HOUR_MS, ...sum, requests: 10 },
    { hour_ms: T0 + HOUR_MS, ...sum, user_id: 'forgotten', requests: 100 },
  ];
  for (const table of ['usage_hours', 'usage_days'] as const)
    await before.insertInto(table).values(hours).execute();
  await before
    .insertInto('usage_tags')
    .values({ hour_ms: T0, tag: 'red', requests: 2, ...SUMS })
    .execute();
  await before
    .insertInto('paid')
    .values({ kind: 'user', payer: 'ann', since_ms: 0, nanos: 14 })
    .execute();
};

const check = async ({ spend }: Store): Promise<void> => {
  const page = { limit: 10, offset: 0 };
  expect(await spend.list({}, page)).toEqual(kept);
  expect(await spend.list({ id: 'a' }, page)).toEqual([kept[1]]);
  expect(await spend.list({ endUser: WHO.end_user, status: 'success' }, page)).toEqual([kept[1]]);
  expect([await spend.count({}), await spend.count({ status: 'failure' })]).toEqual([2, 1]);
  const sums = await spend.usage({ filter: {}, by: ['user'], per: 'all' });
  expect(Object.fromEntries(sums.map(({ by, requests }) => [by['user'], requests]))).toEqual({
    ann: 12,
    forgotten: 100,
  });
  expect(await spend.usage({ filter: { user: 'ann' }, by: [], per: 'hour' })).toHaveLength(3);
  const all = { requests: 112, by: { endUser: WHO.end_user } };
  expect(await spend.usage({ filter: {}, by: ['endUser'], per: 'all' })).toMatchObject([all]);
  const filter = { endUser: WHO.end_user };
  expect(await spend.usage({ filter, by: [], per: 'all' })).toMatchObject([{ requests: 112 }]);
  expect(await spend.count(filter)).toBe(2);
  expect(await spend.tags({})).toMatchObject([{ requests: 2, by: { tag: 'red' } }]);
  expect(await spend.paid()).toEqual([{ kind: 'user', id: 'ann', sinceMs: 0, nanos: 14 }]);
  // Those that are there change nothing, and a new one of the same person adds to the same sum.
  await spend.add([...kept, record('c', T0 + HOUR_MS, 'success')]);
  expect(await spend.count({ user: 'ann' })).toBe(3);
  const [last] = await spend.usage({ filter: { user: 'ann' }, by: [], per: 'hour' });
  expect(last).toMatchObject({ atMs: T0 + HOUR_MS, requests: 2, failures: 1 });
};

it('keeps everything of a store in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-by-instant-'));
  await mkdir(folder, { recursive: true });
  await fillFile(folder, fill);
  const open = () => openSqlite({ folder, clock, log: silentLog });
  const store = await open();
  await check(store);
  await store.close();
  const again = await open();
  expect(await again.spend.count({})).toBe(3);
  await again.close();
  await rm(folder, { recursive: true });
});

it.skipIf(!hasPostgres)('keeps everything of a Postgres', async () => {
  await checkPostgres(fill, check, clock);
});
