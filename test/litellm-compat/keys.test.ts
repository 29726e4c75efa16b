import { describe, expect, it } from 'vitest';
import { errorOf, type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, get, chat, model, url } = startLitellm();

describe('/key/generate', () => {
  of(
    'POST /key/generate',
    'answers with the key, its hash and every field that was asked for [C]',
    async () => {
      const alias = fresh();
      const asked = {
        key_alias: alias,
        duration: '30d',
        models: [model],
        max_budget: 10,
        budget_duration: '30d',
        rpm_limit: 100,
        tpm_limit: 100_000,
        max_parallel_requests: 5,
        metadata: { team: 'core' },
        aliases: { mine: model },
      };
      const { status, body } = await ask('/key/generate', asked);
      expect(status).toBe(200);
      expect(body['key']).toMatch(/^sk-/);
      expect(body['token']).toMatch(/^[0-9a-f]{64}$/);
      expect(body['key_name']).toBe(`sk-...${String(body['key']).slice(-4)}`);
      expect(Number.isNaN(Date.parse(String(body['expires'])))).toBe(false);
      const { duration: _, metadata, ...echoed } = asked;
      expect(body).toMatchObject(echoed);
      expect(body['metadata']).toMatchObject(metadata);
    },
  );

  of(
    'POST /key/generate',
    'keeps fields for what is elsewhere, and tells them again [A]',
    async () => {
      const asked = {
        rpm_limit: 5,
        tpm_limit: 50,
        rpm_limit_type: 'best_effort_throughput',
        tpm_limit_type: 'best_effort_throughput',
        permissions: { get_spend_routes: true },
        config: { a: 1 },
        allowed_cache_controls: ['no-cache'],
      };
      const body = await get('/key/generate', asked);
      expect(body).toMatchObject(asked);
      const { info } = await get<{ info: Fields }>(`/key/info?key=${String(body['token'])}`);
      expect(info).toMatchObject({ permissions: asked.permissions, config: asked.config });
      const wrong = await ask('/key/generate', { rpm_limit_type: 'sometimes' });
      expect(wrong.status).toBe(422);
    },
  );

  of(
    'POST /key/generate',
    'keeps tags and limits of models in the metadata, and takes them from there [C]',
    async () => {
      const said = { tags: ['a'], model_rpm_limit: { [model]: 7 }, enforced_params: ['user'] };
      for (const asked of [said, { metadata: said }]) {
        const { token } = await get('/key/generate', { ...asked });
        const { info } = await get<{ info: Fields }>(`/key/info?key=${String(token)}`);
        expect(info['metadata']).toMatchObject(said);
      }
      const { key } = await get('/key/generate', { metadata: { model_rpm_limit: { [model]: 1 } } });
      const statuses = [await chat(String(key)), await chat(String(key))];
      expect(statuses.map(({ status }) => status)).toEqual([200, 429]);
    },
  );

  of(
    'POST /key/generate',
    'takes a key of the caller’s choice, that begins with sk- [C]',
    async () => {
      const own = `sk-${fresh()}`;
      const { body } = await ask('/key/generate', { key: own });
      expect(body['key']).toBe(own);
      const bad = await ask('/key/generate', { key: 'not-a-key' });
      expect(bad.status).toBeGreaterThanOrEqual(400);
    },
  );

  of(
    'POST /key/generate',
    'never expires, and opens all models, unless something is said [C]',
    async () => {
      const { body } = await ask('/key/generate', {});
      expect(body).toMatchObject({ expires: null, models: [] });
      expect((await chat(String(body['key']))).status).toBe(200);
    },
  );
});

describe('a new key', () => {
  of('POST /key/generate', 'has every field there is, and LiteLLM’s defaults [C]', async () => {
    const body = await get('/key/generate', {});
    const named =
      'key token token_id key_name expires user_id created_by updated_by created_at updated_at litellm_budget_table';
    const limits =
      'max_budget budget_duration budget_id model_max_budget max_parallel_requests tpm_limit rpm_limit model_rpm_limit model_tpm_limit rpm_limit_type tpm_limit_type';
    const rest =
      'key_alias team_id organization_id spend tags allowed_passthrough_routes guardrails prompts enforced_params object_permission allowed_vector_store_indexes key_type blocked';
    for (const name of `${named} ${limits} ${rest}`.split(' ')) expect(body).toHaveProperty(name);
    expect(body).toMatchObject({
      models: [],
      aliases: {},
      config: {},
      permissions: {},
      metadata: {},
      allowed_cache_controls: [],
      allowed_routes: [],
      model_max_budget: {},
      max_budget: null,
      tpm_limit: null,
      rpm_limit: null,
      expires: null,
      spend: 0,
    });
  });
});

describe('a key', () => {
  of(
    'GET /key/info',
    'is found by itself and by its hash; the hash opens nothing [C]',
    async () => {
      const { body } = await ask('/key/generate', {});
      const [key, token] = [String(body['key']), String(body['token'])];
      for (const name of [key, token]) {
        const info = await ask(`/key/info?key=${name}`);
        expect(info.body).toMatchObject({ key: name, info: { key_name: body['key_name'] } });
      }
      expect((await chat(token)).status).toBe(401);
    },
  );

  of('GET /key/list', 'is listed by its hash, a page at a time [C]', async () => {
    const { body } = await ask('/key/list?page=1&size=10');
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['keys', 'total_count', 'current_page', 'total_pages']),
    );
    expect((body['keys'] as unknown[]).length).toBeLessThanOrEqual(10);
  });

  of('POST /key/update', 'is changed by what is named alone [C]', async () => {
    const { body } = await ask('/key/generate', { max_budget: 5, rpm_limit: 9 });
    await ask('/key/update', { key: body['key'], rpm_limit: 10 });
    const { body: after } = await ask(`/key/info?key=${String(body['token'])}`);
    expect(after['info']).toMatchObject({ rpm_limit: 10, max_budget: 5 });
  });

  of(
    'POST /key/delete',
    'is deleted by itself or by its alias, and opens nothing then [C]',
    async () => {
      const alias = fresh();
      const { body } = await ask('/key/generate', { key_alias: alias });
      const { body: deleted } = await ask('/key/delete', { key_aliases: [alias] });
      expect(deleted['deleted_keys']).toHaveLength(1);
      expect((await chat(String(body['key']))).status).toBe(401);
    },
  );

  of('POST /key/block', 'that is blocked says so [C]', async () => {
    const { body } = await ask('/key/generate', {});
    await ask('/key/block', { key: body['key'] });
    const refused = await chat(String(body['key']));
    expect(refused.status).toBe(401);
    expect(errorOf(refused)['type']).toBe('auth_error');
    expect(errorOf(refused)['message']).toContain('Key is blocked. Update via `/key/unblock`');
    await ask('/key/unblock', { key: body['key'] });
    expect((await chat(String(body['key']))).status).toBe(200);
  });
});

describe('refusals', () => {
  it('no key: 401 auth_error [C]', async () => {
    const reply = await fetch(`${url()}/v1/models`);
    expect(reply.status).toBe(401);
    const { error } = (await reply.json()) as { error: Record<string, string> };
    expect(error['type']).toBe('auth_error');
    expect(error['message']).toContain('Authentication Error, No api key passed in.');
    expect(error['code']).toBe('401');
  });

  it('a key that nobody has: 401 token_not_found_in_db, param key [C]', async () => {
    const refused = await chat(`sk-${fresh()}`);
    expect(refused.status).toBe(401);
    expect(errorOf(refused)).toMatchObject({
      type: 'token_not_found_in_db',
      param: 'key',
      code: '401',
    });
    expect(errorOf(refused)['message']).toContain('Invalid proxy server token passed');
  });

  it('a model that is not the key’s: 401 key_model_access_denied, param model [C]', async () => {
    const { body } = await ask('/key/generate', { models: ['another-model'] });
    const refused = await chat(String(body['key']));
    expect(refused.status).toBe(401);
    expect(errorOf(refused)).toMatchObject({ type: 'key_model_access_denied', param: 'model' });
    expect(errorOf(refused)['message']).toContain(
      "key not allowed to access model. This key can only access models=['another-model']",
    );
  });

  it('a budget that is spent: budget_exceeded with both sums, 400 [C] or 429 [C+]', async () => {
    const { body } = await ask('/key/generate', { max_budget: 1, spend: 2 });
    const refused = await chat(String(body['key']));
    expect([400, 429]).toContain(refused.status);
    expect(errorOf(refused)['type']).toBe('budget_exceeded');
    expect(errorOf(refused)['message']).toMatch(
      /Budget has been exceeded! .*Current cost: 2(\.0)?, Max budget: 1(\.0)?/,
    );
  });

  it('too many requests: 429 with LiteLLM’s words and retry-after [C]', async () => {
    const { body } = await ask('/key/generate', { rpm_limit: 1 });
    await chat(String(body['key']));
    const refused = await chat(String(body['key']));
    expect(refused.status).toBe(429);
    expect(errorOf(refused)['message']).toMatch(
      /Rate limit exceeded for api_key: .* Limit type: requests\. Current limit: 1, Remaining: 0\. Limit resets at: [\d-]+ [\d:]+ UTC/,
    );
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('rate_limit_type')).toBe('requests');
    expect(refused.headers.get('reset_at')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  });

  it('a key that is no admin’s makes no keys [C]', async () => {
    const { body } = await ask('/key/generate', {});
    const refused = await ask('/key/generate', {}, String(body['key']));
    expect([401, 403]).toContain(refused.status);
  });

  it('a field of the wrong type: 422 with its place [C]', async () => {
    const { status, body } = await ask('/key/generate', { models: 5 });
    expect(status).toBe(422);
    const [fault] = body['detail'] as Fields[];
    expect(fault!['loc']).toEqual(expect.arrayContaining(['models']));
  });
});

describe('headers of an answer', () => {
  it('tell the limits of the key and what is left [C]', async () => {
    const { body } = await ask('/key/generate', { rpm_limit: 50, max_budget: 5 });
    const { headers } = await chat(String(body['key']));
    expect(headers.get('x-litellm-key-rpm-limit')).toBe('50');
    expect(headers.get('x-ratelimit-api_key-limit-requests')).toBe('50');
    expect(headers.get('x-ratelimit-api_key-remaining-requests')).toBe('49');
    expect(headers.get('x-litellm-key-spend')).not.toBeNull();
    expect(Number(headers.get('x-litellm-key-max-budget'))).toBe(5);
  });
});

describe('other routes for keys', () => {
  of(
    'POST /key/service-account/generate',
    'a team has keys of its own, of nobody in it [S]',
    async () => {
      const team = fresh();
      await get('/team/new', { team_id: team });
      const made = await get('/key/service-account/generate', {
        team_id: team,
        key_alias: fresh(),
      });
      expect(made).toMatchObject({
        team_id: team,
        user_id: null,
        key: expect.stringMatching(/^sk-/),
      });
      const { status } = await ask('/key/service-account/generate', { key_alias: fresh() });
      expect(status).toBeGreaterThanOrEqual(400);
    },
  );

  of('POST /key/bulk_update', 'says which could be changed and which not [S]', async () => {
    const { token } = await get('/key/generate', {});
    const none = 'f'.repeat(64);
    const body = await get('/key/bulk_update', {
      keys: [
        { key: token, max_budget: 7 },
        { key: none, max_budget: 7 },
      ],
    });
    expect(body).toMatchObject({
      total_requested: 2,
      successful_updates: [{ key_info: { max_budget: 7 } }],
      failed_updates: [{ failed_reason: expect.any(String) }],
    });
  });

  of('POST /v2/key/info', 'tells of several keys [S]', async () => {
    const { token } = await get('/key/generate', { max_budget: 3 });
    const body = await get<{ info: Fields[] }>('/v2/key/info', { keys: [token] });
    expect(body.info).toHaveLength(1);
    expect(body.info[0]).toMatchObject({ max_budget: 3 });
  });

  of('GET /key/aliases', 'lists aliases, a page at a time, and finds some [S]', async () => {
    const alias = fresh();
    await get('/key/generate', { key_alias: alias });
    const body = await get(`/key/aliases?search=${alias}`);
    expect(body).toEqual({
      aliases: [alias],
      total_count: 1,
      current_page: 1,
      total_pages: 1,
      size: 50,
    });
  });

  of('POST /key/unblock', 'says that it is not blocked any more [S]', async () => {
    const { key } = await get('/key/generate', {});
    expect(await get('/key/block', { key })).toMatchObject({ blocked: true });
    expect(await get('/key/unblock', { key })).toMatchObject({ blocked: false });
    expect((await chat(String(key))).status).toBe(200);
  });

  of(
    'POST /key/regenerate',
    'puts another key in its place: alias and limits stay [S]',
    async () => {
      const made = await get('/key/generate', { key_alias: fresh(), max_budget: 4 });
      const after = await get('/key/regenerate', { key: made['key'] });
      expect(after['key']).not.toBe(made['key']);
      expect(after).toMatchObject({ key_alias: made['key_alias'], max_budget: 4 });
      expect((await chat(String(after['key']))).status).toBe(200);
      expect((await chat(String(made['key']))).status).toBe(401);
    },
  );

  of(
    'POST /key/{key}/regenerate',
    'the same with the key in the path, and a wish [S]',
    async () => {
      const made = await get('/key/generate', {});
      const wish = `sk-${fresh()}`;
      const after = await get(`/key/${String(made['token'])}/regenerate`, { new_key: wish });
      expect(after['key']).toBe(wish);
      expect((await chat(wish)).status).toBe(200);
    },
  );

  of('POST /key/{key}/reset_spend', 'sets what was spent, and says what it was [S]', async () => {
    const made = await get('/key/generate', { spend: 2, max_budget: 5 });
    const body = await get(`/key/${String(made['token'])}/reset_spend`, { reset_to: 1 });
    expect(body).toMatchObject({
      key_hash: made['token'],
      spend: 1,
      previous_spend: 2,
      max_budget: 5,
    });
  });

  of('POST /key/health', 'says that the key which asks is well [S]', async () => {
    const { key } = await get('/key/generate', {});
    const { body } = await ask('/key/health', {}, String(key));
    expect(body).toMatchObject({ key: 'healthy' });
  });
});
