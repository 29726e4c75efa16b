import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { silentLog } from '#core/log.ts';
import { migrations } from '#store/migrations/index.ts';
import { traits } from '#store/migrations/traits.ts';
import type { MigrationKind } from '#store/migrations/migration.ts';
import { checkPostgres, fillFile } from '#store/migrations/test-kit.ts';
import { hasPostgres } from '#store/postgres/test-kit.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import type { Store } from '#store/store.ts';

const T0 = 1_790_000_000_000;
const clock = { wall: () => T0 };

const MORES = [
  '{"session_id":"s\\u00001"}',
  '{"error":{"status":429,"message":"Busy."},"session_id":"s2"}',
  '{"error":{"message":"Lost."}}',
  '{"metadata":{"session_id":"not its own"},"error":null,"session_id":5}',
  // What a broken disk made of it.
  '{"session_id":"s3',
  '{}',
];
/** More of one instant than are read at once. */
const MANY = 1_200;

/** As the version before leaves it. */
const fill = async (any: Kysely<never>, kind: MigrationKind): Promise<void> => {
  const { schema } = any;
  await schema
    .createTable('migrations')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('at_ms', 'bigint')
    .execute();
  const db = any as unknown as Kysely<Record<'migrations' | 'spend' | 'spend_who', object>>;
  for (const step of migrations.slice(0, migrations.indexOf(traits))) {
    await step.up(any, kind);
    await db.insertInto('migrations').values({ name: step.name, at_ms: 0 }).execute();
  }
  const nobody = { token: '', user_id: '', team_id: '', end_user: '', model_group: '' };
  const who = { ...nobody, model: '', deployment: '', provider: '', mark: 'm', forgotten: 0 };
  await db
    .insertInto('spend_who')
    .values({ id: 1, base: 0, ...who })
    .execute();
  const rest = { who: 1, failed: 0, ended_ms: 0, nanos: 0, tokens_in: 0, tokens_out: 0 };
  const rows = MORES.map((more, n) => ({ ...rest, id: `r${n}`, started_ms: T0 + n, more }));
  const many = Array.from({ length: MANY }, (_, n) => ({
    ...rest,
    id: `many-${n}`,
    started_ms: T0,
    more: '{"session_id":"many"}',
  }));
  for (let from = 0; from < MANY; from += 400)
    await db
      .insertInto('spend')
      .values(many.slice(from, from + 400))
      .execute();
  await db.insertInto('spend').values(rows).execute();
};

const check = async ({ spend }: Store): Promise<void> => {
  const ids = async (filter: object) =>
    (await spend.list(filter, { limit: 9, offset: 0 })).map(({ id }) => id);
  expect(await spend.sessions('', 9)).toHaveLength(3);
  expect(await spend.count({ sessions: ['many'] })).toBe(MANY);
  expect(await ids({ sessions: ['s\u{0}1', 's2'] })).toEqual(['r1', 'r0']);
  expect(await ids({ errorCode: 429 })).toEqual(['r1']);
  expect(await ids({ errorCode: 500, errorText: 'lost' })).toEqual(['r2']);
  expect(await ids({ errorText: '' })).toEqual(['r2', 'r1']);
};

it('finds the sessions and errors that a file has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-traits-'));
  await fillFile(folder, fill);
  const store = await openSqlite({ folder, clock, log: silentLog });
  await check(store);
  await store.close();
  await rm(folder, { recursive: true });
});

it.skipIf(!hasPostgres)('finds those that a Postgres has', async () => {
  await checkPostgres(fill, check, clock);
});
