import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasPostgres, startPostgres } from '#store/postgres/test-kit.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const SALT = 'a-salt-key-of-a-test';
const SECRET = 'sk-vendor-secret-1';

type Fields = Record<string, unknown>;

let folder: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-models-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

/** A gateway whose file names no model at all. */
const world = async (settings = 'store_model_in_db: true') => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `general_settings: {master_key: ${MASTER_KEY}, ${settings}}\n`);
  const start = async (env: Record<string, string> = { LITELLM_SALT_KEY: SALT }) => {
    const data = join(folder, 'data');
    const program = spillway(['serve', '-c', config, '--port', '0', '--data-dir', data], env);
    closing.push(() => program.stop());
    const url = await program.ready();
    const ask = async (path: string, body?: Fields, key = MASTER_KEY, method?: string) => {
      const reply = await fetch(`${url}${path}`, {
        method: method ?? (body ? 'POST' : 'GET'),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: reply.status, body: (await reply.json()) as Fields };
    };
    const chat = (model: string, key?: string) =>
      ask('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }] }, key);
    const models = async () => {
      const { body } = await ask('/model/info');
      return (body['data'] as { model_name: string; model_info: Fields }[]).map(
        ({ model_name: name, model_info: info }) => [name, info['id'], info['db_model']],
      );
    };
    return { ...program, url, ask, chat, models };
  };
  const row = (more: Fields = {}) => ({
    model_name: 'my-model',
    litellm_params: {
      model: 'openai/gpt-4.1',
      api_key: SECRET,
      api_base: upstream.url,
      ...more,
    },
  });
  return { upstream, start, row };
};

const messageOf = (body: Fields): string => (body['error'] as { message: string }).message;

describe('a model that is added while it serves', () => {
  it('serves at once, is changed and deleted, outlives a restart, and its key is seen by nobody', async () => {
    const { upstream, start, row } = await world();
    const first = await start();
    expect((await first.chat('my-model')).status).toBe(400);
    const made = await first.ask('/model/new', { ...row(), model_info: { id: 'mine' } });
    expect(made.body).toMatchObject({
      model_id: 'mine',
      model_name: 'my-model',
      litellm_params: { model: 'openai/gpt-4.1', api_key: '****', api_base: upstream.url },
      model_info: { id: 'mine', db_model: true },
      created_by: 'default_user_id',
    });
    expect((await first.chat('my-model')).status).toBe(200);
    expect(upstream.calls.at(-1)!.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(await first.models()).toEqual([['my-model', 'mine', true]]);
    // Another name, another key; what is not named stays.
    const changed = await first.ask('/model/update', {
      model_name: 'other',
      litellm_params: { api_key: 'sk-vendor-secret-2', temperature: 0.5 },
      model_info: { id: 'mine' },
    });
    expect(changed.status).toBe(200);
    expect((await first.chat('my-model')).status).toBe(400);
    expect((await first.chat('other')).status).toBe(200);
    expect(upstream.calls.at(-1)!.headers.authorization).toBe('Bearer sk-vendor-secret-2');
    expect(upstream.calls.at(-1)!.body['temperature']).toBe(0.5);
    const patched = await first.ask(
      '/model/mine/update',
      { litellm_params: { temperature: null } },
      MASTER_KEY,
      'PATCH',
    );
    expect(patched.body['litellm_params']).not.toHaveProperty('temperature');
    await first.ask('/model/new', { ...row(), model_info: { id: 'second' } });
    const said = await first.stop();
    const kept = readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true });
    for (const file of kept.filter((each) => each.isFile()))
      expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain('sk-vendor');

    const again = await start();
    expect(await again.models()).toEqual([
      ['other', 'mine', true],
      ['my-model', 'second', true],
    ]);
    expect((await again.chat('other')).status).toBe(200);
    expect(upstream.calls.at(-1)!.headers.authorization).toBe('Bearer sk-vendor-secret-2');
    const gone = await again.ask('/model/delete', { id: 'mine' });
    expect(gone.body).toEqual({ message: 'Model: mine deleted successfully' });
    expect((await again.chat('other')).status).toBe(400);
    const { body: trail } = await again.ask('/audit?size=50');
    const acts = (trail['audit_logs'] as Fields[]).filter((one) => one['table_name'] === 'models');
    expect(acts.map(({ action }) => action)).toEqual([
      'deleted',
      'created',
      'updated',
      'updated',
      'created',
    ]);
    const texts = [said.out, said.err, JSON.stringify([made, changed, patched, trail])];
    for (const text of texts) expect(text).not.toContain('sk-vendor');
  });

  it('must be one that can serve, and what is wrong is told by its field', async () => {
    const { start, row } = await world();
    const { ask, models } = await start();
    const refuse = async (fields: Fields, status = 400) => {
      const { body, status: got } = await ask('/model/new', fields);
      expect(got).toBe(status);
      return messageOf(body);
    };
    expect(await refuse(row({ rpm: 'many' }))).toMatch(/litellm_params\.rpm: expected/);
    expect(await refuse(row({ model: 'nobody/knows', api_base: null }))).toMatch(
      /litellm_params\.model: /,
    );
    expect(await refuse(row({ api_key: 'os.environ/UNSET_KEY' }))).toMatch(/UNSET_KEY/);
    expect(await models()).toEqual([]);
    await ask('/model/new', { ...row(), model_info: { id: 'a' } });
    expect(await refuse({ ...row(), model_info: { id: 'a' } }, 409)).toMatch(/already/);
    const odd = await ask('/model/update', { model_info: { id: 'b' }, model_name: 'x' });
    expect(odd.status).toBe(404);
    const broken = await ask('/model/update', {
      model_info: { id: 'a' },
      litellm_params: { api_base: 'no url' },
    });
    expect(broken.status).toBe(400);
    expect(await models()).toEqual([['my-model', 'a', true]]);
    const { body } = await ask('/key/generate', {});
    const made = await ask('/model/new', row(), body['key'] as string);
    expect(made.status).toBe(403);
  });

  it('is refused without a key to encrypt it with, and where nobody wants it stored', async () => {
    const { start, row } = await world();
    const open = await start({});
    const { status, body } = await open.ask('/model/new', row());
    expect(status).toBe(400);
    expect(messageOf(body)).toMatch(/set LITELLM_SALT_KEY/);
    await open.stop();
    const short = await start({ LITELLM_SALT_KEY: 'sk-1234' });
    expect((await short.ask('/model/new', row())).status).toBe(400);
  });

  it('does not serve under another salt key, which is said and stops nobody', async () => {
    const { start, row } = await world();
    const first = await start();
    await first.ask('/model/new', { ...row(), model_info: { id: 'mine' } });
    await first.stop();
    const other = await start({ LITELLM_SALT_KEY: 'another-salt-key-here' });
    expect(await other.models()).toEqual([]);
    const { err } = await other.stop();
    expect(err).toMatch(/written under another salt key/);
  });
});

describe.skipIf(!hasPostgres)('with Postgres (skipped where no server is installed)', () => {
  it('another gateway of the same database serves it, too, and no table has its key', async () => {
    const server = await startPostgres();
    closing.push(() => server.close());
    const { start, row } = await world(`store_model_in_db: true, database_url: "${server.url}"`);
    const first = await start();
    await first.ask('/model/new', { ...row(), model_info: { id: 'mine' } });
    const second = await start();
    expect((await second.chat('my-model')).status).toBe(200);
    await first.ask('/model/delete', { id: 'mine' });
    await first.ask('/model/new', { ...row(), model_name: 'new', model_info: { id: 'other' } });
    await expect
      .poll(() => second.models(), { timeout: 20_000, interval: 200 })
      .toEqual([['new', 'other', true]]);
    const client = new pg.Client(server.url);
    await client.connect();
    closing.push(() => client.end());
    const { rows } = await client.query<{ body: string }>(
      'select body from spillway.s_models union all select coalesce(before_json, after_json) from spillway.audit union all select after_json from spillway.audit',
    );
    expect(rows.length).toBeGreaterThan(3);
    expect(JSON.stringify(rows)).not.toContain('sk-vendor');
  });
});
