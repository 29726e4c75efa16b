import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf, deployment, MASTER_KEY, startGateway } from '../kit/gateway.ts';
import { answer, startUpstream } from '../kit/upstream.ts';

/*
 * What LiteLLM's own clients and scripts rely on, asked from outside. The mark behind a case says how
 * sure it is: [C] read in LiteLLM's code (1.80.9), [C+] in newer code, [D] from its documents.
 * With LITELLM_URL, LITELLM_MASTER_KEY and LITELLM_MODEL the same is asked of a LiteLLM.
 */
const elsewhere = process.env['LITELLM_URL'];
const masterKey = process.env['LITELLM_MASTER_KEY'] ?? MASTER_KEY;
const model = process.env['LITELLM_MODEL'] ?? 'gpt-4.1';

type Fields = Record<string, unknown>;
let url: string;
let close = async (): Promise<void> => {};

beforeAll(async () => {
  if (elsewhere !== undefined) {
    url = elsewhere;
    return;
  }
  const upstream = await startUpstream(answer);
  const rows = [deployment('PJ1', upstream.url)];
  const gateway = await startGateway(configOf(rows), undefined, { keeps: true });
  url = gateway.url;
  close = async () => {
    await gateway.close();
    await upstream.close();
  };
});
afterAll(() => close());

const ask = async (path: string, body?: Fields, key = masterKey) => {
  const reply = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Fields };
};
const chat = (key: string, more: Fields = {}) =>
  ask('/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }], ...more }, key);
const errorOf = ({ body }: { body: Fields }) => body['error'] as Record<string, string>;
const fresh = (): string => `compat-${crypto.randomUUID()}`;

describe('/key/generate', () => {
  it('answers with the key, its hash and every field that was asked for [C]', async () => {
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
  });

  it('takes a key of the caller’s choice, that begins with sk- [C]', async () => {
    const own = `sk-${fresh()}`;
    const { body } = await ask('/key/generate', { key: own });
    expect(body['key']).toBe(own);
    const bad = await ask('/key/generate', { key: 'not-a-key' });
    expect(bad.status).toBeGreaterThanOrEqual(400);
  });

  it('never expires, and opens all models, unless something is said [C]', async () => {
    const { body } = await ask('/key/generate', {});
    expect(body).toMatchObject({ expires: null, models: [] });
    expect((await chat(String(body['key']))).status).toBe(200);
  });
});

describe('a key', () => {
  it('is found by itself and by its hash; the hash opens nothing [C]', async () => {
    const { body } = await ask('/key/generate', {});
    const [key, token] = [String(body['key']), String(body['token'])];
    for (const name of [key, token]) {
      const info = await ask(`/key/info?key=${name}`);
      expect(info.body).toMatchObject({ key: name, info: { key_name: body['key_name'] } });
    }
    expect((await chat(token)).status).toBe(401);
  });

  it('is listed by its hash, a page at a time [C]', async () => {
    const { body } = await ask('/key/list?page=1&size=10');
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['keys', 'total_count', 'current_page', 'total_pages']),
    );
    expect((body['keys'] as unknown[]).length).toBeLessThanOrEqual(10);
  });

  it('is changed by what is named alone [C]', async () => {
    const { body } = await ask('/key/generate', { max_budget: 5, rpm_limit: 9 });
    await ask('/key/update', { key: body['key'], rpm_limit: 10 });
    const { body: after } = await ask(`/key/info?key=${String(body['token'])}`);
    expect(after['info']).toMatchObject({ rpm_limit: 10, max_budget: 5 });
  });

  it('is deleted by itself or by its alias, and opens nothing then [C]', async () => {
    const alias = fresh();
    const { body } = await ask('/key/generate', { key_alias: alias });
    const { body: deleted } = await ask('/key/delete', { key_aliases: [alias] });
    expect(deleted['deleted_keys']).toHaveLength(1);
    expect((await chat(String(body['key']))).status).toBe(401);
  });

  it('that is blocked says so [C]', async () => {
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
    const reply = await fetch(`${url}/v1/models`);
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

describe('teams, users, end users and budgets', () => {
  it('a team holds its keys to its models [C]', async () => {
    const team = fresh();
    await ask('/team/new', { team_id: team, models: ['another-model'] });
    const { body } = await ask('/key/generate', { team_id: team });
    const refused = await chat(String(body['key']));
    expect(refused.status).toBe(401);
    expect(errorOf(refused)['type']).toBe('team_model_access_denied');
    const { body: info } = await ask(`/team/info?team_id=${team}`);
    expect(info).toMatchObject({ team_id: team, team_info: { models: ['another-model'] } });
    const { body: deleted } = await ask('/team/delete', { team_ids: [team] });
    expect(deleted).toBeDefined();
  });

  it('a new user has a key [C]', async () => {
    const user = fresh();
    const { body } = await ask('/user/new', { user_id: user });
    expect(body['user_id']).toBe(user);
    expect((await chat(String(body['key']))).status).toBe(200);
    const { body: info } = await ask(`/user/info?user_id=${user}`);
    expect(info).toMatchObject({ user_id: user });
    expect(info['keys']).toHaveLength(1);
  });

  it('a budget may be named by a key [D]', async () => {
    const budget = fresh();
    await ask('/budget/new', { budget_id: budget, max_budget: 3, rpm_limit: 1 });
    const { body } = await ask('/key/generate', { budget_id: budget });
    expect(body['litellm_budget_table']).toMatchObject({ budget_id: budget, max_budget: 3 });
  });

  it('an end user may be blocked [D]', async () => {
    const user = fresh();
    await ask('/customer/new', { user_id: user });
    await ask('/customer/block', { user_ids: [user] });
    const refused = await chat(masterKey, { user });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    await ask('/customer/unblock', { user_ids: [user] });
    expect((await chat(masterKey, { user })).status).toBe(200);
  });
});

describe('spend', () => {
  it('rows have the columns of LiteLLM’s table [C]', async () => {
    await chat(masterKey);
    const rows = async (): Promise<Fields[]> =>
      (await ask('/spend/logs')).body as unknown as Fields[];
    let [row] = await rows();
    for (let n = 0; !row && n < 100; n++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      [row] = await rows();
    }
    const columns =
      'request_id call_type api_key spend total_tokens prompt_tokens completion_tokens';
    const more = 'startTime endTime model model_group user end_user metadata request_tags status';
    for (const name of `${columns} ${more}`.split(' ')) expect(row).toHaveProperty(name);
  });

  it('sums answer in LiteLLM’s form [C]', async () => {
    expect((await ask('/global/spend')).body).toHaveProperty('spend');
    expect((await ask('/global/activity')).body).toHaveProperty('daily_data');
    const { body } = await ask('/user/daily/activity?start_date=2026-01-01&end_date=2036-01-01');
    expect(body).toHaveProperty('results');
    expect(body).toHaveProperty('metadata.total_spend');
  });
});
