import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { hasPostgres, startPostgres } from '#store/postgres/test-kit.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { type Fields, messageOf, SECRET, storedWorlds } from './kit/stored-world.ts';

const { closing, keptFiles, storedWorld } = storedWorlds();

const NEW_SECRET = 'sk-vendor-secret-2';
const STORES = 'store_model_in_db: true';

/** A row of the file that names a credential which it does not have. */
const borrower = (name: string): string =>
  `model_list:\n  - model_name: of-file\n    litellm_params: {model: openai/gpt-4.1, litellm_credential_name: ${name}}\n`;

const named = (name: string, id = 'mine') => ({
  model_name: 'my-model',
  litellm_params: { model: 'openai/gpt-4.1', litellm_credential_name: name },
  model_info: { id },
});

describe('a credential that is added while it serves', () => {
  it('lends models of the store and of the file its key, is changed and deleted, outlives a restart, and is seen by nobody', async () => {
    const { upstream, start } = await storedWorld(STORES, () => borrower('shared'));
    const first = await start();
    const values = { api_key: SECRET, api_base: upstream.url };
    const item = { credential_name: 'shared', credential_values: values };
    expect((await first.chat('of-file')).status).toBe(400);
    const made = await first.ask('/credentials', {
      ...item,
      credential_info: { description: 'ours' },
    });
    expect(made.body).toEqual({ success: true, message: 'Credential created successfully' });
    const stored = await first.ask('/model/new', named('shared'));
    expect(stored.body['litellm_params']).toMatchObject({ litellm_credential_name: 'shared' });
    const { body: told } = await first.ask('/model/info?litellm_model_id=mine');
    expect(told['data']).toMatchObject([{ litellm_params: { litellm_credential_name: 'shared' } }]);
    const keyOf = async (model: string) => {
      const { status } = await first.chat(model);
      return [status, upstream.calls.at(-1)?.headers.authorization];
    };
    expect(await keyOf('of-file')).toEqual([200, `Bearer ${SECRET}`]);
    expect(await keyOf('my-model')).toEqual([200, `Bearer ${SECRET}`]);
    expect((await first.models()).find(([name]) => name === 'of-file')?.[2]).toBe(false);
    const shown = {
      credential_name: 'shared',
      credential_values: { api_key: '****', api_base: upstream.url },
      credential_info: { description: 'ours' },
    };
    const list = await first.ask('/credentials');
    expect(list.body).toEqual({ success: true, credentials: [shown] });
    expect((await first.ask('/credentials/by_name/shared')).body).toEqual(shown);
    expect((await first.ask('/credentials/by_model/mine')).body).toMatchObject({
      credential_name: 'my-model-credential-mine',
      credential_values: { api_key: '****', api_base: upstream.url },
    });

    const change = (name: string, body: Fields) =>
      first.ask(`/credentials/${name}`, body, MASTER_KEY, 'PATCH');
    const changed = await change('shared', { credential_values: { api_key: NEW_SECRET } });
    expect(changed.body).toEqual({ success: true, message: 'Credential updated successfully' });
    expect(await keyOf('of-file')).toEqual([200, `Bearer ${NEW_SECRET}`]);
    expect(await keyOf('my-model')).toEqual([200, `Bearer ${NEW_SECRET}`]);
    const broken = await change('shared', { credential_values: { api_base: 'no url' } });
    expect([broken.status, messageOf(broken.body)]).toEqual([
      400,
      expect.stringMatching(/could not serve with it: .*api_base/),
    ]);
    expect(await keyOf('my-model')).toEqual([200, `Bearer ${NEW_SECRET}`]);
    const said = await first.stop();
    for (const file of keptFiles()) expect(file).not.toContain('sk-vendor');

    const again = await start();
    expect((await again.chat('of-file')).status).toBe(200);
    expect(upstream.calls.at(-1)!.headers.authorization).toBe(`Bearer ${NEW_SECRET}`);
    // Under another name nobody knows it: who named it would stop, and that is not done by a change.
    const renamed = await again.ask(
      '/credentials/shared',
      { credential_name: 'other' },
      MASTER_KEY,
      'PATCH',
    );
    expect(renamed.status).toBe(400);
    const gone = await again.ask('/credentials/shared', undefined, MASTER_KEY, 'DELETE');
    expect(gone.body).toEqual({ success: true, message: 'Credential deleted successfully' });
    expect((await again.chat('of-file')).status).toBe(400);
    expect((await again.chat('my-model')).status).toBe(400);
    // What stopped can be mended.
    await again.ask('/credentials', { ...item, credential_name: 'second' });
    const mended = await again.ask('/model/update', {
      litellm_params: { litellm_credential_name: 'second' },
      model_info: { id: 'mine' },
    });
    expect(mended.status).toBe(200);
    expect((await again.chat('my-model')).status).toBe(200);
    const { body: trail } = await again.ask('/audit?size=50');
    const acts = (trail['audit_logs'] as Fields[]).filter(
      (one) => one['table_name'] === 'credentials',
    );
    expect(acts.map(({ action, object_id: id }) => [action, id])).toEqual([
      ['created', 'second'],
      ['deleted', 'shared'],
      ['updated', 'shared'],
      ['created', 'shared'],
    ]);
    const { out, err } = await again.stop();
    const texts = [out, err, said.out, said.err, JSON.stringify([made, changed, list, trail])];
    for (const text of texts) expect(text).not.toContain('sk-vendor');
    expect(err).toContain('A MODEL OF THE STORE DOES NOT SERVE');
    expect(err).toContain('A DEPLOYMENT SERVES NO LONGER');
  });

  it('may be that of a deployment, must be one that there is not yet, and may be renamed', async () => {
    const { upstream, start, row } = await storedWorld(
      STORES,
      (url) =>
        `credential_list:\n  - {credential_name: filed, credential_values: {api_key: k, api_base: "${url}"}}\n`,
    );
    const { ask, chat } = await start();
    await ask('/model/new', { ...row(), model_info: { id: 'first' } });
    const made = await ask('/credentials', {
      credential_name: 'of-first',
      model_id: 'first',
      credential_info: {},
    });
    expect(made.status).toBe(200);
    await ask('/model/new', { ...named('of-first', 'second'), model_name: 'borrowing' });
    expect((await chat('borrowing')).status).toBe(200);
    expect(upstream.calls.at(-1)!.headers.authorization).toBe(`Bearer ${SECRET}`);
    await ask('/model/new', { ...named('filed', 'third'), model_name: 'of-list' });
    expect((await chat('of-list')).status).toBe(200);

    const values = { api_key: SECRET };
    const send = async (path: string, body?: Fields, method?: string) => {
      const reply = await ask(path, body, MASTER_KEY, method);
      return [reply.status, JSON.stringify(reply.body)];
    };
    for (const name of ['of-first', 'filed'])
      expect(
        await send('/credentials', { credential_name: name, credential_values: values }),
      ).toEqual([409, expect.stringContaining('already')]);
    expect(await send('/credentials', { credential_name: 'empty' })).toEqual([
      422,
      expect.stringContaining('Either credential_values or model_id must be set'),
    ]);
    expect(await send('/credentials', { credential_name: 'x', model_id: 'none' })).toEqual([
      404,
      expect.stringContaining('Model not found'),
    ]);
    const odd = { credential_name: 'odd', credential_values: { api_key: 5 } };
    expect(await send('/credentials', odd)).toEqual([400, expect.stringContaining('api_key')]);
    expect(await send('/credentials/by_name/none')).toEqual([
      404,
      expect.stringContaining('Credential not found. Got credential name: none'),
    ]);
    expect(await send('/credentials/by_model/none')).toEqual([
      404,
      expect.stringContaining('Model not found'),
    ]);
    expect(await send('/credentials/none', {}, 'PATCH')).toEqual([404, expect.any(String)]);
    expect(await send('/credentials/none', undefined, 'DELETE')).toEqual([404, expect.any(String)]);
    expect(await send('/credentials/filed', { credential_values: values }, 'PATCH')).toEqual([
      400,
      expect.stringContaining('config file'),
    ]);
    await ask('/credentials', { credential_name: 'spare', credential_values: values });
    const rename = { credential_name: 'spared', credential_info: { team: 'a' } };
    expect(await send('/credentials/spare', rename, 'PATCH')).toEqual([200, expect.any(String)]);
    expect(await send('/credentials/by_name/spare')).toEqual([404, expect.any(String)]);
    expect((await ask('/credentials/by_name/spared')).body).toEqual({
      credential_name: 'spared',
      credential_values: { api_key: '****' },
      credential_info: { team: 'a' },
    });
    const { body } = await ask('/key/generate', {});
    const key = body['key'] as string;
    for (const [path, method, fields] of [
      ['/credentials', 'POST', { credential_name: 'y', credential_values: values }],
      ['/credentials', 'GET', undefined],
      ['/credentials/by_name/filed', 'GET', undefined],
      ['/credentials/by_model/first', 'GET', undefined],
      ['/credentials/of-first', 'PATCH', {}],
      ['/credentials/of-first', 'DELETE', undefined],
    ] as const)
      expect([path, method, (await ask(path, fields, key, method)).status]).toEqual([
        path,
        method,
        403,
      ]);
  });

  it('has any name of one line, and is what it is called and no other', async () => {
    const { start } = await storedWorld();
    const { ask } = await start();
    const names = [
      `'; DROP TABLE s_credentials; --`,
      '../../etc/passwd',
      'a/b?c=d#e',
      'admin',
      'аdmin',
      'ａdmin',
      '__proto__',
      '\u202enimda',
    ];
    const values = (name: string) => ({ api_key: SECRET, api_version: name });
    for (const name of names) {
      const made = { credential_name: name, credential_values: values(name) };
      expect([name, (await ask('/credentials', made)).status]).toEqual([name, 200]);
    }
    const at = (name: string) => `/credentials/by_name/${encodeURIComponent(name)}`;
    for (const name of names)
      expect((await ask(at(name))).body).toMatchObject({
        credential_name: name,
        credential_values: { api_version: name },
      });
    const gone = `/credentials/${encodeURIComponent('admin')}`;
    expect((await ask(gone, undefined, MASTER_KEY, 'DELETE')).status).toBe(200);
    const { body } = await ask('/credentials');
    expect((body['credentials'] as Fields[]).map((one) => one['credential_name'])).toEqual(
      names.filter((name) => name !== 'admin'),
    );
    for (const name of ['two\r\nx: lines', '', 'x'.repeat(257)]) {
      const { status } = await ask('/credentials', {
        credential_name: name,
        credential_values: values('v'),
      });
      expect(status).toBe(422);
    }
  });

  it('is refused without a key to encrypt it with, and stays closed under another', async () => {
    const { start } = await storedWorld();
    const item = { credential_name: 'a/b', credential_values: { api_key: SECRET } };
    const open = await start({});
    const refused = await open.ask('/credentials', item);
    expect([refused.status, messageOf(refused.body)]).toEqual([
      400,
      expect.stringMatching(/set LITELLM_SALT_KEY/),
    ]);
    await open.stop();
    const first = await start();
    expect((await first.ask('/credentials', item)).status).toBe(200);
    await first.stop();
    const other = await start({ LITELLM_SALT_KEY: 'another-salt-key-here' });
    expect((await other.ask('/credentials')).body).toMatchObject({ credentials: [] });
    const gone = await other.ask('/credentials/a%2Fb', undefined, MASTER_KEY, 'DELETE');
    expect(gone.status).toBe(200);
    expect((await other.stop()).err).toMatch(/A CREDENTIAL OF THE STORE CANNOT BE READ/);
  });

  it('is not taken where nothing is stored', async () => {
    const { start } = await storedWorld(
      'store_model_in_db: false',
      () => `model_list: [{model_name: m, litellm_params: {model: openai/m, api_key: k}}]\n`,
    );
    const { ask } = await start();
    const refused = await ask('/credentials', {
      credential_name: 'a',
      credential_values: { api_key: SECRET },
    });
    expect([refused.status, messageOf(refused.body)]).toEqual([
      400,
      expect.stringContaining('store_model_in_db: true'),
    ]);
  });
});

describe.skipIf(!hasPostgres)('with Postgres (skipped where no server is installed)', () => {
  it('another gateway of the same database uses it, too, and no table has it', async () => {
    const server = await startPostgres();
    closing.push(() => server.close());
    const { upstream, start } = await storedWorld(`${STORES}, database_url: "${server.url}"`, () =>
      borrower('shared'),
    );
    const first = await start();
    const second = await start();
    await first.ask('/credentials', {
      credential_name: 'shared',
      credential_values: { api_key: SECRET, api_base: upstream.url },
    });
    await expect
      .poll(async () => (await second.chat('of-file')).status, { timeout: 20_000, interval: 200 })
      .toBe(200);
    const client = new pg.Client(server.url);
    await client.connect();
    closing.push(() => client.end());
    const { rows } = await client.query<{ body: string }>(
      'select body from spillway.s_credentials union all select after_json from spillway.audit',
    );
    expect(rows.length).toBeGreaterThan(1);
    expect(JSON.stringify(rows)).not.toContain('sk-vendor');
  });
});
