import { describe, expect, it } from 'vitest';
import { errorOf, keyWorlds } from './kit/key-world.ts';
import { answer, type Script } from './kit/upstream.ts';

const world = keyWorlds();

describe('a virtual key', () => {
  it('is shown once, opens models, and is known by its hash', async () => {
    const { generate, chat, ask } = await world();
    const made = await generate({ key_alias: 'my-app', metadata: { a: 1 } });
    expect(made.key).toMatch(/^sk-[\w-]{32}$/);
    expect(made.token).toMatch(/^[0-9a-f]{64}$/);
    expect(made.key_name).toBe(`sk-...${made.key.slice(-4)}`);
    expect(made).toMatchObject({ models: [], max_budget: null, expires: null, spend: 0 });
    expect((await chat(made.key)).status).toBe(200);
    const info = await ask(`/key/info?key=${made.token}`);
    expect(info.body).toMatchObject({ info: { key_alias: 'my-app', token: made.token } });
    const texts = JSON.stringify([info.body, (await ask('/key/list')).body]);
    expect(texts).not.toContain(made.key);
    expect(texts).not.toMatch(/lookup/);
    // Its public name opens nothing.
    expect((await chat(made.token)).status).toBe(401);
  });

  it('opens by every header, and by none that is not its own', async () => {
    const { generate, gateway } = await world();
    const { key } = await generate();
    const headers = [
      'authorization',
      'x-litellm-api-key',
      'api-key',
      'x-api-key',
      'x-goog-api-key',
    ];
    for (const name of headers) {
      const reply = await fetch(`${gateway.url}/v1/models`, {
        headers: { [name]: `Bearer ${key}` },
      });
      expect(reply.status).toBe(200);
      const wrong = { [name]: `Bearer ${key}x` };
      expect((await fetch(`${gateway.url}/v1/models`, { headers: wrong })).status).toBe(401);
    }
  });

  it('says the same of every key that is none', async () => {
    const { chat, generate } = await world();
    const { key } = await generate();
    const wrongs = [`${key}x`, key.slice(0, -1), 'sk-', `sk-'; DROP TABLE s_keys; --`, 'sk-ｋｅｙ'];
    const said = new Set<string>();
    for (const wrong of wrongs.filter((text) => /^[\x20-\x7e]+$/.test(text))) {
      const { status, body } = await chat(wrong);
      expect(status).toBe(401);
      said.add(errorOf(body).message.replace(/ \(id .*/, ''));
      expect(errorOf(body).type).toBe('token_not_found_in_db');
    }
    expect(said.size).toBe(1);
  });

  it('is slow to guess', async () => {
    const { chat, generate } = await world();
    const { key } = await generate();
    const statuses = new Set<number>();
    for (let n = 0; n < 70; n++) statuses.add((await chat(`sk-wrong-${n}`)).status);
    expect([...statuses]).toEqual([401, 429]);
    expect((await chat(key)).status).toBe(200);
  });

  it('may use the models that it lists, and its own names for them', async () => {
    const { generate, chat, ask } = await world({}, answer, ['gpt-4.1', 'other', 'team/a']);
    const { key } = await generate({ models: ['other', 'team/*'], aliases: { mine: 'other' } });
    expect((await chat(key, { model: 'other' })).status).toBe(200);
    expect((await chat(key, { model: 'team/a' })).status).toBe(200);
    expect((await chat(key, { model: 'mine' })).status).toBe(200);
    const { status, body } = await chat(key);
    expect(status).toBe(401);
    expect(errorOf(body)).toMatchObject({ type: 'key_model_access_denied', param: 'model' });
    expect(errorOf(body).message).toMatch(/can only access models=\['other', 'team\/\*'\]/);
    const fallback = await chat(key, { model: 'other', fallbacks: ['gpt-4.1'] });
    expect(fallback.status).toBe(401);
    const models = (await ask('/v1/models', undefined, key)).body['data'] as { id: string }[];
    expect(models.map(({ id }) => id)).toEqual(['other', 'team/a']);
  });

  it('can be blocked, deleted, and changed', async () => {
    const { generate, chat, ask } = await world();
    const { key, token } = await generate();
    expect((await ask('/key/block', { key })).status).toBe(200);
    const blocked = await chat(key);
    expect(blocked.status).toBe(401);
    expect(errorOf(blocked.body).message).toContain('Key is blocked');
    await ask('/key/unblock', { key: token });
    expect((await chat(key)).status).toBe(200);
    const changed = await ask('/key/update', { key, rpm_limit: 7 });
    expect(changed.body).toMatchObject({ rpm_limit: 7, token });
    expect((await ask('/key/delete', { keys: [key] })).body).toEqual({ deleted_keys: [key] });
    expect((await chat(key)).status).toBe(401);
    expect((await ask(`/key/info?key=${token}`)).status).toBe(404);
  });

  it('is rotated with a grace, and keeps its spend', async () => {
    const { generate, chat, ask } = await world();
    const { key } = await generate({ spend: 3 });
    const { body } = await ask('/key/regenerate', { key, grace_period: '1h' });
    const next = body['key'] as string;
    expect(body).toMatchObject({ spend: 3 });
    expect((await chat(next)).status).toBe(200);
    expect((await chat(key)).status).toBe(200);
    await ask(`/key/${next}/regenerate`, {});
    expect((await chat(next)).status).toBe(401);
  });

  it('opens only the routes and addresses that it lists', async () => {
    const { generate, ask, chat } = await world();
    const here = await generate({ allowed_routes: ['/v1/models'] });
    expect((await ask('/v1/models', undefined, here.key)).status).toBe(200);
    expect((await chat(here.key)).status).toBe(403);
    const far = await generate({ allowed_ips: ['10.0.0.0/8'] });
    expect((await chat(far.key)).status).toBe(403);
    const near = await generate({ allowed_ips: ['127.0.0.0/8', '::1'] });
    expect((await chat(near.key)).status).toBe(200);
    expect((await ask('/key/generate', { allowed_ips: ['10.0.0.0/99'] })).status).toBe(400);
  });

  it('that has expired says so to whoever has it', async () => {
    const { generate, chat, gateway } = await world();
    const { key, token } = await generate({ duration: '30d' });
    expect((await chat(key)).status).toBe(200);
    const { directory } = gateway.keeping!;
    const row = directory.byToken(token)!;
    await directory.keys.put(row.id, { ...row, expires: '2020-01-01T00:00:00.000Z' });
    const { status, body } = await chat(key);
    expect(status).toBe(400);
    expect(errorOf(body)).toMatchObject({ type: 'expired_key' });
  });

  it('sees nothing of others', async () => {
    const { generate, ask } = await world();
    const { key } = await generate();
    const other = await generate({ key_alias: 'other' });
    for (const path of [`/key/info?key=${other.token}`, '/key/info?key=other'])
      expect((await ask(path, undefined, key)).status).toBe(404);
    for (const path of ['/spillway/quota', '/spillway/decisions/abc', '/spillway/events'])
      expect((await ask(path, undefined, key)).status).toBe(403);
    expect((await ask('/key/generate', {}, key)).status).toBe(403);
    expect((await ask('/key/block', { key: other.token }, key)).status).toBe(403);
    const listed = await ask('/key/list', undefined, key);
    expect(listed.body).toMatchObject({ total_count: 1 });
  });

  it.each([
    [{ max_budget: -1 }, 'max_budget'],
    [{ max_budget: 1e30 }, 'max_budget'],
    [{ model_max_budget: { m: { budget_limit: '-1' } } }, 'budget_limit'],
    [{ model_max_budget: { m: { budget_limit: '99999999999999999999' } } }, 'budget_limit'],
    [{ rpm_limit: 0 }, 'rpm_limit'],
    [{ rpm_limit: 1.5 }, 'rpm_limit'],
    [{ duration: 'soon' }, 'duration'],
    [{ models: 'gpt' }, 'models'],
    [{ key_alias: 'a\nb' }, 'key_alias'],
    [{ team_id: 'nowhere' }, 'team_id'],
    [{ key: 'not-sk' }, 'key'],
  ])('is not made of %j', async (fields, field) => {
    const { ask } = await world();
    const { status, body } = await ask('/key/generate', fields);
    expect([400, 422]).toContain(status);
    expect(JSON.stringify(body)).toContain(field);
  });
});

describe('limits of a key', () => {
  it('count requests, and say exactly when there is room again', async () => {
    const { generate, chat } = await world();
    const { key } = await generate({ rpm_limit: 2, spend: 3 });
    const first = await chat(key);
    expect(first.headers.get('x-ratelimit-api_key-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-api_key-remaining-requests')).toBe('1');
    expect(first.headers.get('x-litellm-key-rpm-limit')).toBe('2');
    await chat(key);
    const { status, body, headers } = await chat(key);
    expect(status).toBe(429);
    const { message } = errorOf(body);
    expect(message).toMatch(
      /Rate limit exceeded for api_key: [0-9a-f]{64}\. Limit type: requests\./,
    );
    expect(message).toMatch(/Current limit: 2, Remaining: 0\. Limit resets at: [\d-]+ [\d:]+ UTC/);
    const retryMs = Number(headers.get('retry-after-ms'));
    expect(retryMs).toBeGreaterThan(50_000);
    expect(retryMs).toBeLessThanOrEqual(60_000);
    // In LiteLLM's words, and the same instant as in the message.
    expect(headers.get('rate_limit_type')).toBe('requests');
    expect(headers.get('reset_at')).toBe(/resets at: (.* UTC)/.exec(message)?.[1]);
    expect(Date.parse(headers.get('reset_at')!) - Date.now()).toBeLessThanOrEqual(60_000);
    // A refusal says what is left as every answer does.
    expect(headers.get('x-ratelimit-api_key-limit-requests')).toBe('2');
    expect(headers.get('x-ratelimit-api_key-remaining-requests')).toBe('0');
    expect(headers.get('x-litellm-key-rpm-limit')).toBe('2');
    expect(headers.get('x-litellm-key-spend')).toBe('3');
    expect(first.headers.get('x-litellm-key-spend')).toBe('3');
  });

  it('come with what was spent since the budget began anew', async () => {
    const { generate, chat, ask, gateway } = await world();
    const { key, token } = await generate({ rpm_limit: 1, budget_duration: '1d', spend: 3 });
    const { id } = gateway.keeping!.directory.byToken(token)!;
    // Before that window.
    gateway.keeping!.purses.take([{ kind: 'key', id, sinceMs: 0, nanos: 8e9 }]);
    const told = [await chat(key), await chat(key)];
    expect(told.map(({ status }) => status)).toEqual([200, 429]);
    expect(told.map(({ headers }) => headers.get('x-litellm-key-spend'))).toEqual(['3', '3']);
    expect((await ask(`/key/info?key=${token}`)).body).toMatchObject({
      info: { spend: 3, total_spend: 8 },
    });
  });

  it('count tokens as they were used, not as they looked', async () => {
    const { generate, chat } = await world();
    const { key } = await generate({ tpm_limit: 10_000 });
    const first = await chat(key, { max_tokens: 5_000 });
    expect(first.status).toBe(200);
    const left = (await chat(key)).headers.get('x-ratelimit-api_key-remaining-tokens');
    expect(Number(left)).toBeGreaterThan(9_000);
    const large = await chat(key, { max_tokens: 20_000 });
    expect(large.status).toBe(413);
    expect(errorOf(large.body).message).toContain('larger than the whole limit');
    // Of one kind alone it is still a limit of tokens to LiteLLM's clients.
    const output = await generate({ output_tpm_limit: 5_000 });
    await chat(output.key);
    const full = await chat(output.key, { max_tokens: 5_000 });
    expect(full.status).toBe(429);
    expect(errorOf(full.body).message).toContain('Limit type: output tokens');
    expect(full.headers.get('rate_limit_type')).toBe('tokens');
  });

  it('of tokens bar nobody for an answer that is longer only by guess', async () => {
    const { generate, chat } = await world();
    const statusesOf = async (fields: Record<string, number>) => {
      const { key } = await generate(fields);
      const statuses = [];
      for (let n = 0; n < 4; n++) statuses.push((await chat(key)).status);
      return statuses;
    };
    // Each takes seven, two of them for its answer, and looks like some hundreds.
    expect(await statusesOf({ tpm_limit: 20 })).toEqual([200, 200, 200, 429]);
    expect(await statusesOf({ output_tpm_limit: 3 })).toEqual([200, 200, 429, 429]);
    const { key } = await generate({ tpm_limit: 20 });
    const crowd = await Promise.all(Array.from({ length: 12 }, () => chat(key)));
    const served = crowd.filter(({ status }) => status === 200).length;
    expect(served).toBeGreaterThanOrEqual(1);
    expect(served).toBeLessThanOrEqual(3);
    // What is stated is believed, and never fits.
    expect((await chat(key, { max_tokens: 50 })).status).toBe(413);
    const waiting = await generate({ tpm_limit: 20, queue: 0.001 });
    expect((await chat(waiting.key)).status).toBe(200);
    expect((await chat(waiting.key)).status).toBe(429);
  });

  it('hold for one model alone', async () => {
    const { generate, chat } = await world({}, answer, ['gpt-4.1', 'other']);
    const { key } = await generate({ model_rpm_limit: { other: 1 } });
    expect((await chat(key, { model: 'other' })).status).toBe(200);
    expect((await chat(key, { model: 'other' })).status).toBe(429);
    expect((await chat(key)).status).toBe(200);
  });

  it('let so many in at once; who may wait, waits', async () => {
    let most = 0;
    let now = 0;
    const gate = Promise.withResolvers<void>();
    const held: Script = async (call, res) => {
      most = Math.max(most, ++now);
      await gate.promise;
      now--;
      await answer(call, res);
    };
    const { generate, chat, upstream } = await world({}, held);
    const hasty = await generate({ max_parallel_requests: 1 });
    const first = chat(hasty.key);
    while (upstream.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const refused = await chat(hasty.key);
    expect(refused.status).toBe(429);
    expect(errorOf(refused.body).message).toContain('Limit type: max_parallel_requests');
    expect(refused.headers.get('rate_limit_type')).toBe('max_parallel_requests');
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await chat(hasty.key)).status).toBe(200);
    const patient = await generate({ max_parallel_requests: 1, queue: true });
    most = 0;
    const all = await Promise.all(Array.from({ length: 4 }, () => chat(patient.key)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(most).toBe(1);
  });

  it('change for many keys in one request, each on its own', async () => {
    const { generate, ask } = await world();
    const [first, second] = [await generate(), await generate()];
    const { status, body } = await ask('/key/bulk_update', {
      keys: [
        { key: first.key, max_budget: 5, tags: ['a'] },
        { key: 'sk-nobody-has-this', max_budget: 5 },
        { key: second.token, rpm_limit: 7 },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total_requested: 3,
      successful_updates: [
        { key: first.token, key_info: { max_budget: 5, tags: ['a'] } },
        { key: second.token, key_info: { rpm_limit: 7, max_budget: null } },
      ],
      failed_updates: [{ key: 'sk-...this', failed_reason: expect.any(String) }],
    });
    expect(JSON.stringify(body)).not.toContain(first.key);
    const wrong = await ask('/key/bulk_update', { keys: [{ key: first.key, max_budget: -1 }] });
    expect(wrong.status).toBe(422);
  });

  it('of models are a team’s, too; one that loses its last model has none', async () => {
    const { generate, chat, ask } = await world({}, answer, ['gpt-4.1', 'other']);
    await ask('/team/new', { team_id: 't', models: ['other'] });
    const { key } = await generate({ team_id: 't' });
    expect((await chat(key)).status).toBe(401);
    const added = await ask('/team/model/add', { team_id: 't', models: ['gpt-4.1', 'other'] });
    expect(added.body).toMatchObject({ data: { models: ['other', 'gpt-4.1'] } });
    expect((await chat(key)).status).toBe(200);
    await ask('/team/model/delete', { team_id: 't', models: ['gpt-4.1'] });
    expect((await chat(key)).status).toBe(401);
    await ask('/team/model/delete', { team_id: 't', models: ['other'] });
    expect((await chat(key, { model: 'other' })).status).toBe(401);
    expect((await ask('/team/model/add', { team_id: 'none', models: ['x'] })).status).toBe(404);
  });

  it('change at once, and go', async () => {
    const { generate, chat, ask } = await world();
    const { key } = await generate({ rpm_limit: 1 });
    await chat(key);
    expect((await chat(key)).status).toBe(429);
    await ask('/key/update', { key, rpm_limit: 3 });
    expect((await chat(key)).status).toBe(200);
    await ask('/key/update', { key, rpm_limit: null });
    for (let n = 0; n < 5; n++) expect((await chat(key)).status).toBe(200);
  });
});
