import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { hasPostgres, startPostgres } from '#store/postgres/test-kit.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { type Fields, messageOf, SECRET, storedWorlds } from './kit/stored-world.ts';

const { closing, keptFiles, storedWorld } = storedWorlds();

describe('a model that is added while it serves', () => {
  it('serves at once, is changed and deleted, outlives a restart, and its key is seen by nobody', async () => {
    const { upstream, start, row } = await storedWorld();
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
    for (const file of keptFiles()) expect(file).not.toContain('sk-vendor');

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
    const { start, row } = await storedWorld();
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

  it('that is blocked is kept and shown and serves nothing, until it is unblocked', async () => {
    const { start, row } = await storedWorld();
    const first = await start();
    const wide = { ...row(), model_name: 'my-*', model_info: { id: 'wide' } };
    await first.ask('/model/new', { ...row(), model_info: { id: 'a' } });
    await first.ask('/model/new', { ...row(), model_info: { id: 'b' } });
    await first.ask('/model/new', {
      ...wide,
      litellm_params: row({ model: 'openai/*' }).litellm_params,
    });
    const block = (id: string, word = 'block') => first.ask(`/model/${word}`, { model_id: id });
    const blocked = await block('a');
    expect(blocked.body).toMatchObject({
      model_id: 'a',
      blocked: true,
      model_info: { blocked: true },
    });
    expect(JSON.stringify(blocked.body)).not.toContain(SECRET);
    // The other one of its group serves on.
    for (let n = 0; n < 4; n++) {
      const reply = await fetch(`${first.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'my-model', messages: [{ role: 'user', content: 'Hi' }] }),
      });
      expect(reply.headers.get('x-litellm-model-id')).toBe('b');
      await reply.text();
    }
    await block('b');
    const refused = await first.chat('my-model');
    expect([refused.status, messageOf(refused.body)]).toEqual([
      403,
      expect.stringContaining('Model is blocked'),
    ]);
    expect((await first.chat('my-other')).status).toBe(200);
    const names = async (of: typeof first) =>
      ((await of.ask('/v1/models')).body['data'] as Fields[]).map(({ id }) => id);
    expect(await names(first)).not.toContain('my-model');
    expect((await first.models()).map(([, id]) => id)).toEqual(['a', 'b', 'wide']);
    await first.stop();

    const again = await start();
    expect((await again.chat('my-model')).status).toBe(403);
    const freed = await again.ask('/model/unblock', { model_id: 'a' });
    expect(freed.body).toMatchObject({ model_id: 'a', blocked: false });
    expect((await again.chat('my-model')).status).toBe(200);
    expect((await again.ask('/model/block', { model_id: 'none' })).status).toBe(404);
    const { body } = await again.ask('/key/generate', {});
    const others = await again.ask('/model/block', { model_id: 'a' }, body['key'] as string);
    expect(others.status).toBe(403);
    const { body: trail } = await again.ask('/audit?size=2');
    const [latest] = (trail['audit_logs'] as Fields[]).filter(
      (one) => one['table_name'] === 'models',
    );
    expect(latest).toMatchObject({ action: 'unblocked', object_id: 'a' });
  });

  it('is refused without a key to encrypt it with, and where nobody wants it stored', async () => {
    const { start, row } = await storedWorld();
    const open = await start({});
    const { status, body } = await open.ask('/model/new', row());
    expect(status).toBe(400);
    expect(messageOf(body)).toMatch(/set LITELLM_SALT_KEY/);
    await open.stop();
    const short = await start({ LITELLM_SALT_KEY: 'sk-1234' });
    expect((await short.ask('/model/new', row())).status).toBe(400);
  });

  it('does not serve under another salt key, which is said and stops nobody', async () => {
    const { start, row } = await storedWorld();
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
    const { start, row } = await storedWorld(
      `store_model_in_db: true, database_url: "${server.url}"`,
    );
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
