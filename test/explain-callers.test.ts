import { expect, test } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

type Fields = Record<string, unknown>;

/** A dollar for each token that goes in, and two for each that comes out: an answer costs 9 dollars. */
const pricing = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 2e15 } },
};
const DOLLARS = 9;

const world = async (row: Partial<Deployment> = {}) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const config = configOf([deployment('PJ1', upstream.url, { pricing, ...row })]);
  const gateway = await startGateway(config, undefined, { keeps: true });
  closing.push(() => gateway.close());
  const ask = async (path: string, body?: Fields, headers: Record<string, string> = {}) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${MASTER_KEY}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Fields };
  };
  const generate = async (fields: Fields) =>
    (await ask('/key/generate', fields)).body as { key: string; token: string };
  const chat = { model: 'gpt-4.1', messages: [], max_tokens: 2 };
  const explain = async (name: string, more: Fields = {}, headers?: Record<string, string>) => {
    const path = `/spillway/route/explain?key=${encodeURIComponent(name)}`;
    return (await ask(path, { ...chat, ...more }, headers)).body;
  };
  const send = (key: string, more: Fields = {}, headers: Record<string, string> = {}) =>
    ask(
      '/v1/chat/completions',
      { ...chat, ...more },
      { ...headers, authorization: `Bearer ${key}` },
    );
  return { upstream, gateway, ask, generate, explain, send };
};

/** Without the id at its end, and with any time. */
const textOf = (body: Fields): string =>
  (body['error'] as { message: string }).message
    .replace(/ \(id [\w-]+\)$/, '')
    .replaceAll(/[\d-]{10} [\d:]{8}/g, 'TIME');

test('whoever would pay is told apart, with what is left and when it begins anew', async () => {
  const { ask, generate, explain, send } = await world();
  await ask('/team/new', {
    team_id: 'dev',
    max_budget: 500,
    budget_duration: '1mo',
    tpm_limit: 900,
  });
  const { key, token } = await generate({
    key_alias: 'mine',
    team_id: 'dev',
    max_budget: 100,
    rpm_limit: 5,
    max_parallel_requests: 3,
  });
  await send(key);
  for (const name of ['mine', token, key])
    expect(await explain(name)).toMatchObject({
      verdict: 'now',
      choice: 'PJ1',
      caller: {
        key: token,
        waits_at_limits: false,
        limits: [
          {
            of: 'api_key',
            who: token,
            dimension: 'requests',
            limit: 5,
            window_s: 60,
            level: 4,
            takes: 1,
            wait_s: 0,
          },
          {
            of: 'api_key',
            who: token,
            dimension: 'parallel',
            limit: 3,
            level: 3,
            takes: 1,
            wait_s: 0,
          },
          { of: 'team', who: 'dev', dimension: 'tokens', limit: 900, level: 893, wait_s: 0 },
        ],
        budgets: [
          {
            of: 'key',
            who: '',
            limit_usd: 100,
            spent_usd: DOLLARS,
            reserved_usd: 0,
            resets_at: null,
            has_room: true,
          },
          {
            of: 'team',
            who: 'Team=dev',
            limit_usd: 500,
            spent_usd: DOLLARS,
            resets_at: expect.stringMatching(/-01T00:00:00\.000Z$/) as string,
            has_room: true,
          },
        ],
      },
    });
  const { body } = await ask('/spillway/route/explain', { model: 'gpt-4.1', messages: [] });
  expect(body['caller']).toMatchObject({ key: null, limits: [], budgets: [] });
});

test('a limit that has no room refuses in the words of the request itself, and nothing is taken by asking', async () => {
  const { ask, generate, explain, send } = await world();
  const { key } = await generate({ key_alias: 'one', rpm_limit: 1 });
  for (let n = 0; n < 3; n++) expect(await explain('one')).toMatchObject({ verdict: 'now' });
  expect((await send(key)).status).toBe(200);
  const said = await explain('one');
  expect(said).toMatchObject({
    verdict: 'refused',
    choice: null,
    error: { code: 'rate_limited', status: 429, retry_after_s: expect.any(Number) as number },
    caller: { limits: [{ dimension: 'requests', level: 0, wait_s: expect.any(Number) as number }] },
  });
  const refused = await ask(
    '/v1/chat/completions',
    { model: 'gpt-4.1', messages: [] },
    { authorization: `Bearer ${key}`, 'x-litellm-call-id': 'refused-by-a-limit' },
  );
  expect(refused.status).toBe(429);
  expect(textOf(said)).toBe(textOf(refused.body));
  const { body } = await ask('/spillway/decisions/refused-by-a-limit');
  expect(body['why']).toEqual([
    expect.stringMatching(/a request for gpt-4\.1 was refused with 429/),
    expect.stringMatching(
      /^It was told: Rate limit exceeded for api_key: \w+\. Limit type: requests/,
    ),
    expect.stringMatching(
      /^Now one like it would be refused again: Rate limit exceeded for api_key/,
    ),
  ]);
});

test('a key that waits is told what for, and so is who asks why it was refused', async () => {
  const { ask, generate, explain, send } = await world();
  const { key, token } = await generate({ key_alias: 'patient', rpm_limit: 1, queue: true });
  await send(key);
  const patient = await explain('patient', {}, { 'x-queue-timeout': '300' });
  const own = { setting: 'the limit of this api key', dimension: 'requests', limit: 1, level: 0 };
  expect(patient).toMatchObject({
    verdict: 'waits',
    queue: { own },
    caller: { waits_at_limits: true },
  });
  const hasty = { 'x-queue-timeout': '0', 'x-litellm-call-id': 'too-hasty' };
  const refused = await send(key, {}, hasty);
  expect(textOf(refused.body)).toMatch(
    /^The limit of this api key is reached: 0 of 1 requests a minute are left\. This request's turn/,
  );
  const { body } = await ask('/spillway/decisions/too-hasty');
  expect(body).toMatchObject({ wait: { own }, tenant: token.slice(0, 12) });
  const why = body['why'] as string[];
  expect(why).toContainEqual(
    expect.stringMatching(
      /^The limit of this api key is reached: 0 of 1 requests a minute were left, with room in [\d.]+ s\.$/,
    ),
  );
  expect(why.at(-1)).toMatch(/^Now one like it would be refused again/);
});

test('a budget that has no room refuses, be it the key’s, the end user’s, or the deployment’s', async () => {
  const { ask, generate, explain, send } = await world();
  const { key } = await generate({ key_alias: 'poor', max_budget: 25 });
  await send(key);
  await send(key);
  const said = await explain('poor');
  expect(said).toMatchObject({
    verdict: 'refused',
    error: { code: 'over_budget', status: 429 },
    caller: { budgets: [{ of: 'key', spent_usd: expect.any(Number) as number, has_room: false }] },
  });
  expect(textOf((await send(key)).body)).toBe(textOf(said));
  await ask('/customer/new', { user_id: 'eve', max_budget: 1 });
  await generate({ key_alias: 'rich' });
  expect(await explain('rich', { user: 'eve' })).toMatchObject({
    verdict: 'refused',
    caller: { budgets: [{ of: 'end_user', who: 'End User=eve', has_room: false }] },
  });
  await ask('/customer/block', { user_ids: ['eve'] });
  expect(await explain('rich', { user: 'eve' })).toMatchObject({
    verdict: 'refused',
    error: { status: 401, message: expect.stringContaining('End User=eve is blocked') as string },
  });
  const poorer = await world({ budget: { maxDollars: 1 } });
  await poorer.generate({ key_alias: 'any' });
  expect(await poorer.explain('any')).toMatchObject({
    verdict: 'refused',
    error: { code: 'over_budget' },
    groups: [{ deployments: [{ deployment: 'PJ1', out: { reason: 'budget' } }] }],
  });
});

test('nobody else’s numbers are told to who may not see everything', async () => {
  const { ask, generate, explain } = await world();
  const { key } = await generate({ key_alias: 'plain' });
  await generate({ key_alias: 'other', max_budget: 77.125 });
  const authorization = `Bearer ${key}`;
  for (const name of ['other', 'plain', 'nobody']) {
    const reply = await ask(
      `/spillway/route/explain?key=${name}`,
      { model: 'gpt-4.1', messages: [] },
      { authorization },
    );
    expect([reply.status, JSON.stringify(reply.body).includes('77.125')]).toEqual([403, false]);
  }
  expect(await explain('nobody')).toMatchObject({ error: { code: '404', param: 'key' } });
  const { key: seer } = (await ask('/user/new', { user_role: 'proxy_admin_viewer', rpm_limit: 9 }))
    .body as Record<string, string>;
  const own = await ask(
    '/spillway/route/explain',
    { model: 'gpt-4.1', messages: [] },
    { authorization: `Bearer ${seer}` },
  );
  expect(own.body['caller']).toMatchObject({ limits: [{ of: 'user', limit: 9 }] });
});

test('who is purged stands in no remembered refusal', async () => {
  const { ask, generate, send } = await world();
  await ask('/customer/new', { user_id: 'eve', max_budget: 1 });
  const { key } = await generate({});
  const headers = { 'x-litellm-customer-id': 'eve', 'x-litellm-call-id': 'refused-to-eve' };
  expect((await send(key, {}, headers)).status).toBe(429);
  const path = '/spillway/decisions/refused-to-eve';
  expect(JSON.stringify(await ask(path))).toContain('End User=eve');
  expect((await ask('/spillway/purge', { user_id: 'eve' })).status).toBe(200);
  expect((await ask(path)).status).toBe(404);
});
