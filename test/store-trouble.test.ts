import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import { openPostgres } from '#store/postgres/open.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { hasPostgres, startPostgres, type TestPostgres } from '#store/postgres/test-kit.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-trouble-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await sleep(20);
};

describe.skipIf(!hasPostgres)(
  'a database that is gone (skipped where no server is installed)',
  () => {
    let server: TestPostgres;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.close());

    const world = async () => {
      const upstream = await startUpstream(answer);
      closing.push(() => upstream.close());
      const folder = await newFolder();
      const base = configOf([deployment('PJ1', upstream.url)]);
      const keeping = { ...base.keeping, databaseUrl: server.url };
      const gateway = await startGateway({ ...base, keeping }, undefined, { folder });
      closing.push(() => gateway.close());
      const made = await gateway.post('/key/generate', {});
      const { key } = (await made.json()) as { key: string };
      return { gateway, authorization: `Bearer ${key}` };
    };

    it('that answers nothing holds up no request', async () => {
      const { gateway, authorization } = await world();
      const other = new pg.Client(server.url);
      await other.connect();
      const tables = `select string_agg('spillway.' || tablename, ',') as names from pg_tables where schemaname = 'spillway'`;
      const { names } = (await other.query<{ names: string }>(tables)).rows[0]!;
      await other.query(`begin; lock table ${names} in access exclusive mode`);
      for (let n = 0; n < 10; n++)
        expect((await gateway.chat({}, { authorization })).status).toBe(200);
      expect(gateway.keeping!.writer.health).toEqual({ waiting: 10, lost: 0 });
      await other.query('commit');
      await other.end();
      await gateway.keeping!.writer.flush();
      expect(await gateway.keeping!.store.spend.count({})).toBe(10);
    });

    it('stops no request; records are kept and written later, and it is said', async () => {
      const { gateway, authorization } = await world();
      const before = await gateway.keeping!.store.spend.count({});
      expect((await gateway.chat({}, { authorization })).status).toBe(200);
      await server.stop();
      for (let n = 0; n < 20; n++)
        expect((await gateway.chat({}, { authorization })).status).toBe(200);
      await gateway.keeping!.writer.flush();
      expect(gateway.keeping!.writer.health.trouble).toBeDefined();
      const metrics = await fetch(`${gateway.url}/metrics`, {
        headers: { authorization: `Bearer ${MASTER_KEY}` },
      });
      expect(await metrics.text()).toMatch(/^spillway_store_up 0$/m);
      const alert = gateway.log.lines.filter(({ text }) =>
        text.includes('cannot be put into the store'),
      );
      expect(alert).toHaveLength(1);
      // What cannot be written down is not done.
      expect((await gateway.post('/key/generate', {})).status).toBe(503);
      await server.start();
      await until(async () => {
        await gateway.keeping!.writer.flush();
        return gateway.keeping!.writer.health.trouble === undefined;
      });
      expect(await gateway.keeping!.store.spend.count({})).toBe(before + 21);
      expect(gateway.keeping!.writer.health).toEqual({ waiting: 0, lost: 0 });
    });
  },
);

describe.skipIf(!hasPostgres)(
  'a database that is gone at the start (skipped where no server is installed)',
  () => {
    let server: TestPostgres;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.close());

    const world = async (more = '') => {
      const upstream = await startUpstream(answer);
      closing.push(() => upstream.close());
      const folder = await newFolder();
      const config = join(folder, 'config.yaml');
      const params = `{model: openai/gpt-4.1, api_key: sk-x, api_base: "${upstream.url}"}`;
      const general = `{master_key: ${MASTER_KEY}, database_url: "${server.url}"${more}}`;
      await writeFile(
        config,
        `model_list: [{model_name: gpt-4.1, litellm_params: ${params}}]\n` +
          `general_settings: ${general}\nlitellm_settings: {}\n`,
      );
      const start = () => {
        const program = spillway(
          ['serve', '-c', config, '--port', '0', '--data-dir', join(folder, 'data')],
          { LITELLM_SALT_KEY: 'a-salt-key-of-thirty-two-characters' },
        );
        closing.push(async () => void (await program.stop('SIGKILL')));
        return program;
      };
      return { start, folder };
    };

    const asking = (url: string) => {
      const post = async (path: string, body: object, key: string = MASTER_KEY) => {
        const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
        const reply = await fetch(url + path, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        return { status: reply.status, json: (await reply.json()) as Record<string, unknown> };
      };
      const chat = async (key: string) =>
        (await post('/v1/chat/completions', { model: 'gpt-4.1', messages: [], max_tokens: 8 }, key))
          .status;
      const make = async (fields: object = {}) =>
        (await post('/key/generate', fields)).json['key'] as string;
      const spendOf = async (key: string) => {
        const headers = { authorization: `Bearer ${MASTER_KEY}` };
        const reply = await fetch(`${url}/key/info?key=${key}`, { headers });
        return ((await reply.json()) as { info: { spend: number } }).info.spend;
      };
      return { post, chat, make, spendOf };
    };

    it('66 is done without where the config says so: who was known is served, and all is made up for', async () => {
      const { start } = await world(', allow_requests_on_db_unavailable: true');
      const first = start();
      const before = asking(await first.ready());
      const [key, blocked] = [await before.make(), await before.make()];
      expect((await before.post('/key/block', { key: blocked })).status).toBe(200);
      expect([await before.chat(key), await before.chat(blocked)]).toEqual([200, 401]);
      const spent = await before.spendOf(key);
      expect(spent).toBeGreaterThan(0);
      await first.stop();
      await server.stop();

      const second = start();
      const now = asking(await second.ready());
      await second.complains(/THE DATABASE CANNOT BE REACHED/);
      expect(await now.chat(key)).toBe(200);
      expect([await now.chat(blocked), await now.chat('sk-nobody')]).toEqual([401, 401]);
      expect(await now.spendOf(key)).toBeCloseTo(2 * spent, 9);
      // What cannot be written down is not done.
      expect((await now.post('/key/generate', {})).status).toBe(503);
      // It is killed, and what it answered is known to the next one.
      await second.stop('SIGKILL');
      const third = start();
      const then = asking(await third.ready());
      expect(await then.spendOf(key)).toBeCloseTo(2 * spent, 9);
      await server.start();
      await third.complains(/the database is there/);
      await vi.waitFor(async () => expect(await then.make()).toMatch(/^sk-/), { timeout: 20_000 });
      const store = await openPostgres({ url: server.url, clock: systemClock, log: silentLog });
      closing.push(() => store.close());
      // What was answered, and what was refused to the key that is blocked.
      const kept = async () => [
        await store.spend.count({ status: 'success' }),
        await store.spend.count({ status: 'failure' }),
      ];
      await vi.waitFor(async () => expect(await kept()).toEqual([2, 2]), { timeout: 20_000 });
      expect(await then.spendOf(key)).toBeCloseTo(2 * spent, 9);
    });

    it('66 ends the start where the config does not, and where nothing was ever copied', async () => {
      await server.stop();
      for (const more of ['', ', allow_requests_on_db_unavailable: true']) {
        const { start } = await world(more);
        const { code, err } = await start().ended;
        expect([code, err]).toEqual([1, expect.stringContaining('database_url cannot be used')]);
      }
      await server.start();
    });
  },
);

describe('a process that is killed', () => {
  it('has written down every request that it answered, once', async () => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const folder = await newFolder();
    const env = { LITELLM_MASTER_KEY: MASTER_KEY, OPENAI_BASE_URL: upstream.url };
    const config = join(folder, 'config.yaml');
    const model = 'gpt-4.1';
    await writeFile(
      config,
      `model_list:\n  - model_name: ${model}\n    litellm_params: {model: openai/${model}, api_key: sk-x}\n`,
    );
    let answered = 0;
    for (let round = 0; round < 3; round++) {
      const program = spillway(
        ['serve', '--config', config, '--port', '0', '--data-dir', join(folder, 'data')],
        env,
      );
      const url = await program.ready();
      const controller = new AbortController();
      const callers = Array.from({ length: 8 }, async () => {
        while (!controller.signal.aborted)
          try {
            const reply = await fetch(`${url}/v1/chat/completions`, {
              method: 'POST',
              headers: { authorization: `Bearer ${MASTER_KEY}` },
              body: JSON.stringify({ model, messages: [] }),
            });
            await reply.text();
            if (reply.status === 200) answered++;
          } catch {
            return;
          }
      });
      const before = answered;
      await until(() => answered > before + 100 + round * 37);
      await program.stop('SIGKILL');
      controller.abort();
      await Promise.all(callers);
    }
    const program = spillway(
      ['serve', '--config', config, '--port', '0', '--data-dir', join(folder, 'data')],
      env,
    );
    await program.ready();
    await program.stop();
    expect(await readdir(join(folder, 'data', 'spend'))).toEqual([]);
    const store = await openSqlite({
      folder: join(folder, 'data'),
      clock: { wall: () => Date.now() },
      log: silentLog,
    });
    const served = await store.spend.count({ status: 'success' });
    const [sums] = await store.spend.usage({ filter: {}, by: [], per: 'all' });
    await store.close();
    // Some were written down whose answer the kill cut off: at most one for each caller and round.
    expect(served).toBeGreaterThanOrEqual(answered);
    expect(served).toBeLessThanOrEqual(answered + 3 * 8);
    expect(sums?.requests).toBeGreaterThanOrEqual(served);
  });
});
