import { expect, test } from 'vitest';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp } from './kit/apps.ts';
import { closedAfterEach } from './kit/closing.ts';

const closing = closedAfterEach();

const FLOW = dsl(
  {
    start: { type: 'start', variables: [] },
    llm: llmData('{{#sys.query#}}', {
      memory: { window: { enabled: false }, query_prompt_template: '{{#sys.query#}}' },
      prompt_template: [{ role: 'system', text: 'Be brief.' }],
    }),
    answer: { type: 'answer', answer: '{{#llm.text#}}' },
  },
  ['start>llm', 'llm>answer'],
);

type Fields = Record<string, unknown>;

const world = async () => {
  const app = await startApp(FLOW, { keeps: true });
  closing.push(app.close);
  const served = app.apps.deps.apps.all()[0]!;
  const { name } = served.app;
  const admin = async (path: string, body?: Fields) => {
    const method = body ? 'POST' : 'GET';
    const reply = await app.call(method, path, { key: app.master, ...(body && { body }) });
    return (await reply.json()) as Fields;
  };
  const run = async (user = 'eve') => {
    const body = { query: 'Hi', inputs: {}, user, response_mode: 'streaming' };
    const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body }));
    const { data } = events.find(({ event }) => event === 'workflow_finished') as { data: Fields };
    return data;
  };
  const records = async () => {
    await app.keeping!.writer.flush();
    return (await admin('/spend/logs/v2'))['data'] as Fields[];
  };
  return { app, served, name, admin, run, records };
};

test('what a flow asks models for stands in the records of spend, of nobody but its app and user', async () => {
  const { served, name, run, records, admin } = await world();
  expect((await run())['status']).toBe('succeeded');
  expect(await records()).toMatchObject([
    {
      api_key: '',
      user: '',
      end_user: 'eve',
      app: served.id,
      request_tags: [`app:${name}`],
      model_group: 'gpt-4.1',
      prompt_tokens: 7,
      status: 'success',
    },
  ]);
  expect(await admin('/spend/tags')).toMatchObject([
    { individual_request_tag: `app:${name}`, log_count: 1 },
  ]);
});

test('a virtual key called like an app pays for it, and its limits hold', async () => {
  const { name, run, records, admin } = await world();
  const alias = `app/${name}`;
  const made = await admin('/key/generate', {
    key_alias: alias,
    user_id: 'ann',
    rpm_limit: 1,
    tags: ['t'],
  });
  expect((await run())['status']).toBe('succeeded');
  const refused = await run();
  expect(refused).toMatchObject({ status: 'failed', error: expect.stringMatching(/[Ll]imit/) });
  const rows = await records();
  expect(rows.map(({ status }) => status)).toEqual(['failure', 'success']);
  expect(rows[1]).toMatchObject({
    api_key: made['token'],
    user: 'ann',
    end_user: 'eve',
    request_tags: ['t', `app:${name}`],
  });
  await admin('/key/update', { key: made['token'], rpm_limit: null, models: ['other'] });
  expect((await run())['error']).toMatch(/not allowed to access model/);
  const denied = (await records()).find(({ metadata }) =>
    /key_model_denied/.test(JSON.stringify(metadata)),
  );
  expect(denied).toMatchObject({
    status: 'failure',
    api_key: made['token'],
    end_user: 'eve',
    request_tags: ['t', `app:${name}`],
  });
  await admin('/key/update', { key: made['token'], models: [] });
  expect((await run())['status']).toBe('succeeded');
  await admin('/key/block', { key: made['token'] });
  expect((await run())['error']).toMatch(/blocked/);
  expect(await records()).toHaveLength(5);
});

test('who is purged has said nothing to any app', async () => {
  const { app, served, run, admin } = await world();
  await run();
  await run('adam');
  const { conversations, runs } = app.apps.deps;
  const users = async () => {
    const { runs: all } = await runs.page({ appId: served.id, limit: 9, offset: 0 });
    return all.map(({ facts }) => facts.user).toSorted();
  };
  expect(await users()).toEqual(['adam', 'eve']);
  await admin('/spillway/purge', { user_id: 'eve' });
  expect(await users()).toEqual(['adam']);
  expect(await conversations.list(served.id, 'eve')).toEqual([]);
  expect(await conversations.list(served.id, 'adam')).toHaveLength(1);
});

test('an end user who is blocked, or has spent their budget, is so in flows, too', async () => {
  const { run, admin } = await world();
  await admin('/customer/new', { user_id: 'eve', blocked: true });
  expect((await run())['error']).toMatch(/End User=eve is blocked/);
  expect((await run('adam'))['status']).toBe('succeeded');
});

test('an app whose payer has no money left is refused before any of it runs, and that is written down', async () => {
  const { app, name, run, records, admin } = await world();
  const fields = { key_alias: `app/${name}`, max_budget: 1, budget_duration: '1d' };
  const made = await admin('/key/generate', fields);
  expect((await run())['status']).toBe('succeeded');
  await admin('/key/update', { key: made['token'], spend: 2 });
  const calls = app.upstream.calls.length;
  for (const response_mode of ['streaming', 'blocking']) {
    const body = { query: 'Hi', inputs: {}, user: 'eve', response_mode };
    const reply = await app.call('POST', '/v1/chat-messages', { body });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      code: 'provider_quota_exceeded',
      message: expect.stringContaining('Budget has been exceeded! Current cost: 2, Max budget: 1'),
      status: 400,
    });
  }
  const { runs } = app.apps.deps;
  const appId = app.apps.deps.apps.all()[0]!.id;
  expect((await runs.page({ appId, limit: 9, offset: 0 })).total).toBe(1);
  expect(app.upstream.calls).toHaveLength(calls);
  const refused = (await records()).filter(({ status }) => status === 'failure');
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({
    api_key: made['token'],
    end_user: 'eve',
    model_group: `app/${name}`,
    request_tags: [`app:${name}`],
    spend: 0,
  });
  // What cannot be asked for is said first.
  const bad = await app.call('POST', '/v1/chat-messages', { body: { query: 'Hi', user: 'eve' } });
  expect(await bad.json()).toMatchObject({ code: 'invalid_param' });
  await admin('/key/update', { key: made['token'], max_budget: 10 });
  expect((await run())['status']).toBe('succeeded');
});
