import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import type { Script } from '../kit/upstream.ts';

const closing = closedAfterEach();

/** On a busy machine, too. */
const SOON = { timeout: 10_000 };

const FLOW = dsl(
  {
    start: {
      type: 'start',
      variables: [{ variable: 'tone', label: 'tone', type: 'text-input', required: false }],
    },
    llm: llmData('{{#start.tone#}}{{#sys.query#}}'),
    answer: { type: 'answer', answer: '{{#llm.text#}} ({{#sys.dialogue_count#}})' },
  },
  ['start>llm', 'llm>answer'],
);

const start = async (script?: Script) => {
  const app = await startApp(FLOW, { keeps: true, ...(script && { script }) });
  closing.push(app.close);
  const json = async (method: string, path: string, key: string, body?: unknown) => {
    const response = await app.call(method, path, { body, key });
    return { status: response.status, body: (await response.json()) as JsonObject };
  };
  const generate = async (fields: object): Promise<string> =>
    textOf((await json('POST', '/key/generate', app.master, fields)).body['key']);
  const ask = (key: string, body: object = {}) =>
    json('POST', '/v1/chat/completions', key, {
      model: 'app/test',
      messages: [{ role: 'user', content: 'Hi' }],
      ...body,
    });
  const seen = async (key: string): Promise<unknown[]> =>
    ((await json('GET', '/v1/models', key)).body['data'] as JsonObject[]).map(({ id }) => id);
  return { ...app, json, generate, ask, seen };
};

const contentOf = (body: JsonObject): unknown =>
  (body['choices'] as { message: JsonObject }[])[0]?.message['content'];

test('who may use the app as a model: a key’s list of models decides, and the app’s own models need none', async () => {
  const { generate, ask, seen, master } = await start();
  expect(await seen(master)).toEqual(['gpt-4.1', 'app/test']);
  const only = await generate({ models: ['app/test'] });
  expect(await seen(only)).toEqual(['app/test']);
  const reply = await ask(only, { metadata: { inputs: { tone: 'kindly ' } } });
  expect([reply.status, contentOf(reply.body)]).toEqual([200, 'You said: kindly Hi (1)']);
  const denied = await ask(only, { model: 'gpt-4.1' });
  expect(denied.status).toBe(401);
  const other = await generate({ models: ['gpt-4.1'] });
  expect(await seen(other)).toEqual(['gpt-4.1']);
  expect((await ask(other)).status).toBe(401);
  expect((await ask(other, { model: 'app/none' })).status).toBeGreaterThanOrEqual(400);
});

test('it is charged to the key, which may run out', async () => {
  const { generate, ask, json, master } = await start();
  const key = await generate({ rpm_limit: 1 });
  expect((await ask(key)).status).toBe(200);
  const again = await ask(key);
  expect(again.status).toBe(429);
  expect(JSON.stringify(again.body)).toContain('limit');
  const stream = await ask(key, { stream: true });
  expect(stream.status).toBe(429);
  const logs = async () =>
    JSON.stringify((await json('GET', '/spend/logs/v2?page=1&page_size=10', master)).body);
  await expect
    .poll(logs, { timeout: 5_000 })
    .toMatch(/"api_key":"[0-9a-f]{64}".*"total_tokens":10/);
});

test('a refusal for the sake of a key tells when to come again, and every answer has its id', async () => {
  const { generate, call } = await start();
  const key = await generate({ rpm_limit: 1 });
  const body = { model: 'app/test', messages: [{ role: 'user', content: 'Hi' }] };
  const [first, second] = [
    await call('POST', '/v1/chat/completions', { key, body }),
    await call('POST', '/v1/chat/completions', { key, body }),
  ];
  expect([first.status, second.status]).toEqual([200, 429]);
  expect(Number(second.headers.get('retry-after-ms'))).toBeGreaterThan(1_000);
  for (const reply of [first, second])
    expect(reply.headers.get('x-litellm-call-id')).toMatch(/^[\w-]{36}$/);
});

test('limits and budgets of a key for the app as a model hold, and its records say whose they are', async () => {
  const { generate, ask, json, master, keeping } = await start();
  await json('POST', '/user/new', master, { user_id: 'ann', auto_create_key: false });
  await json('POST', '/team/new', master, {
    team_id: 'dev',
    members_with_roles: [{ user_id: 'ann', role: 'user' }],
  });
  const of = { user_id: 'ann', team_id: 'dev', tags: ['mine'] };
  const limited = await generate({ ...of, model_rpm_limit: { 'app/test': 1, 'gpt-4.1': 9 } });
  expect((await ask(limited, { user: 'eve', tags: ['sent'] })).status).toBe(200);
  const refused = await ask(limited);
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([
    429,
    expect.stringContaining('model_per_key'),
  ]);
  const poor = await generate({ model_max_budget: { 'app/test': { budget_limit: 0 } } });
  const unpaid = await ask(poor);
  expect([unpaid.status, JSON.stringify(unpaid.body)]).toEqual([
    429,
    expect.stringContaining('Model=app/test'),
  ]);
  await keeping!.writer.flush();
  const all = await keeping!.store.spend.list({ user: 'ann' }, { limit: 9, offset: 0 });
  expect(all.map(({ status, nanos }) => [status, nanos])).toEqual([
    ['failure', 0],
    ['success', expect.any(Number)],
  ]);
  const record = all[1];
  expect(record).toMatchObject({
    team: 'dev',
    endUser: 'eve',
    group: 'gpt-4.1',
    status: 'success',
    tags: ['mine', 'sent', 'app:test'],
  });
  expect(record!.more['requester_ip_address']).toMatch(/127\.0\.0\.1$/);
});

test('for whom a key asks stands in a header, too; a stream tells its usage where the key says so', async () => {
  const { generate, url, json, master, keeping } = await start();
  await json('POST', '/customer/new', master, { user_id: 'adam', blocked: true });
  const key = await generate({ always_include_usage: true });
  const send = (customer: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'x-litellm-customer-id': customer },
      body: JSON.stringify({
        model: 'app/test',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
      }),
    });
  expect(await (await send('eve')).text()).toContain('"total_tokens":10');
  const blocked = await send('adam');
  expect([blocked.status, await blocked.text()]).toEqual([
    401,
    expect.stringContaining('End User=adam is blocked'),
  ]);
  await keeping!.writer.flush();
  const records = await keeping!.store.spend.list({}, { limit: 9, offset: 0 });
  expect(records.map(({ endUser }) => endUser).toSorted()).toContain('eve');
});

test('who is purged has said nothing to an app as a model', async () => {
  const { generate, ask, json, master, apps } = await start();
  await json('POST', '/user/new', master, { user_id: 'ann', auto_create_key: false });
  const [key, other] = [await generate({ user_id: 'ann' }), await generate({})];
  const metadata = { conversation_id: '' };
  await ask(key, { metadata });
  await ask(key, { user: 'eve', metadata });
  await ask(other, { user: 'eve', metadata });
  await ask(other, { user: 'adam', metadata });
  const { conversations, apps: all } = apps.deps;
  const left = async () => {
    const users: string[] = [];
    for (const { conversationId } of await conversations.messages(all.all()[0]!.id))
      users.push((await conversations.get(conversationId))!.user.split('/')[1]!);
    return users.toSorted();
  };
  expect(await left()).toEqual(['', 'adam', 'eve', 'eve']);
  await json('POST', '/spillway/purge', master, { user_id: 'eve' });
  expect(await left()).toEqual(['', 'adam']);
  await json('POST', '/spillway/purge', master, { user_id: 'ann' });
  expect(await left()).toEqual(['adam']);
});

test('a conversation goes on for the key that began it, and for no other', async () => {
  const { generate, ask } = await start();
  const [mine, other] = [await generate({}), await generate({})];
  const first = await ask(mine, { user: 'u', metadata: { conversation_id: '' } });
  const id = textOf((first.body['metadata'] as JsonObject)['conversation_id']);
  const metadata = { conversation_id: id };
  const second = await ask(mine, { user: 'u', metadata });
  expect(contentOf(second.body)).toBe('You said: Hi (2)');
  expect((await ask(other, { user: 'u', metadata })).status).toBe(404);
  expect((await ask(mine, { user: 'another', metadata })).status).toBe(404);
  const bad = await ask(mine, { metadata: { inputs: '{' } });
  expect(bad.status).toBe(400);
});

test('an app’s key reaches the app alone, on every path', async () => {
  const { json } = await start();
  const key = 'app-0123456789abcdef0123';
  for (const [method, path] of [
    ['GET', '/key/list'],
    ['GET', '/spillway/apps'],
    ['POST', '/v1/embeddings'],
    ['POST', '/v1/messages'],
    ['GET', '/metrics'],
  ] as const) {
    const { status } = await json(method, path, key, method === 'POST' ? {} : undefined);
    expect([path, status === 404 || status === 405]).toEqual([path, true]);
  }
  expect((await json('GET', '/v1/models', key)).body).toMatchObject({ data: [{ id: 'app/test' }] });
});

test('streamed: a caller who leaves ends the run', async () => {
  const { call, master, apps, upstream } = await start(() => {});
  const leaving = new AbortController();
  const body = { model: 'app/test', messages: [{ role: 'user', content: 'Hi' }], stream: true };
  const reading = call('POST', '/v1/chat/completions', {
    body,
    key: master,
    signal: leaving.signal,
  }).catch(() => {});
  await expect.poll(() => upstream.calls.length, SOON).toBe(1);
  leaving.abort();
  await Promise.all([upstream.calls[0]?.cutOff, reading]);
  await expect.poll(() => apps.deps.runs.underWay, SOON).toBe(0);
});

test('who has no money left is told so before any of the app runs, in the words of models', async () => {
  const { generate, ask, json, master, upstream, apps, keeping } = await start();
  const budgets = [
    { max_budget: 0 },
    { model_max_budget: { 'app/test': { budget_limit: 0, time_period: '1d' } } },
  ];
  for (const fields of budgets) {
    const reply = await ask(await generate(fields));
    expect(reply.status).toBe(429);
    expect(reply.body['error']).toMatchObject({
      type: 'budget_exceeded',
      message: expect.stringContaining('Max budget: 0'),
    });
  }
  await json('POST', '/team/new', master, { team_id: 'poor', max_budget: 0 });
  expect((await ask(await generate({ team_id: 'poor' }))).status).toBe(429);
  expect(
    (await apps.deps.runs.page({ appId: apps.deps.apps.all()[0]!.id, limit: 9, offset: 0 })).total,
  ).toBe(0);
  expect(upstream.calls).toEqual([]);
  await keeping!.writer.flush();
  const records = await keeping!.store.spend.list({}, { limit: 9, offset: 0 });
  expect(records.map(({ status, group }) => [status, group])).toEqual(
    Array.from({ length: 3 }, () => ['failure', 'app/test']),
  );
});
