import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { openPostgres } from '#store/postgres/open.ts';
import { hasPostgres, startPostgres, type TestPostgres } from '#store/postgres/test-kit.ts';
import { pagesConformance } from '#store/pages.conformance.ts';
import { forgettingConformance } from '#store/forgetting.conformance.ts';
import { retentionConformance } from '#store/retention.conformance.ts';
import { storeConformance } from '#store/store.conformance.ts';
import { textsConformance } from '#store/texts.conformance.ts';

const clock = { wall: () => Date.now() };

describe.skipIf(!hasPostgres)('Postgres (skipped where no server is installed)', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());
  const open = () => openPostgres({ url: server.url, clock, log: silentLog });

  storeConformance('as a store', { open, lasts: true });
  textsConformance('Postgres', { open });
  forgettingConformance('as what forgets people', { open });
  retentionConformance('as what lets old rows go', { open });

  pagesConformance('as a store', open);

  it('leaves the tables of others alone, and says so', async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('create table "LiteLLM_VerificationToken" (token text primary key)');
    const said: string[] = [];
    const log = { ...silentLog, info: (_: unknown, text: string) => void said.push(text) };
    const store = await openPostgres({ url: server.url, clock, log });
    await store.close();
    expect(said).toEqual([expect.stringContaining('left alone')]);
    const { rows } = await client.query<{ table_schema: string }>(
      `select distinct table_schema from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(rows.map((row) => row.table_schema).toSorted()).toEqual(['public', 'spillway']);
    await client.end();
  });

  it('may be opened by many at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, open));
    await Promise.all(stores.map((store) => store.close()));
  });
});

test('a database that is not there is told with what to look at', async () => {
  const url = 'postgres://nobody:secret@127.0.0.1:1/none';
  const opening = openPostgres({ url, clock, log: silentLog });
  await expect(opening).rejects.toMatchObject({ code: 'unavailable' });
  await expect(opening).rejects.toThrow(/database_url.*ECONNREFUSED/);
  await expect(opening).rejects.not.toThrow(/secret/);
});
