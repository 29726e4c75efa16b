import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, type Script, sendEvents } from '../kit/upstream.ts';

const closing = closedAfterEach();

const add = (name: string, value: number): object => ({
  type: 'assigner',
  version: '2',
  items: [
    {
      variable_selector: ['conversation', name],
      input_type: 'constant',
      operation: '+=',
      value,
    },
  ],
});

/** Whoever says `x` adds to `x`, all others add to `y`, once their model has answered. */
const FLOW = dsl(
  {
    start: { type: 'start' },
    llm: llmData(),
    which: {
      type: 'if-else',
      cases: [
        {
          case_id: 'true',
          conditions: [
            { variable_selector: ['sys', 'query'], comparison_operator: 'is', value: 'x' },
          ],
        },
      ],
    },
    x: add('x', 1),
    y: add('y', 2),
    answer: { type: 'answer', answer: '{{#llm.text#}}' },
  },
  ['start>llm', 'llm>which', 'which:true>x', 'which:false>y', 'x>answer', 'y>answer'],
  {
    conversation_variables: ['x', 'y'].map((name) => ({
      id: name,
      name,
      value_type: 'number',
      value: 0,
    })),
  },
);

/** A model that answers all who are held when it is told to, and those who come later at once. */
const heldModel = () => {
  let isHeld = false;
  const waiting: (() => void)[] = [];
  const script: Script = (_, res) => {
    const answer = (): void => {
      sendEvents(res, [chunk({ content: 'ok' }), chunk({}, { finish_reason: 'stop' }), '[DONE]']);
      res.end();
    };
    if (isHeld) waiting.push(answer);
    else answer();
  };
  return {
    script,
    hold: () => {
      isHeld = true;
    },
    /** How many wait. */
    get held() {
      return waiting.length;
    },
    letGo: () => {
      isHeld = false;
      for (const answer of waiting.splice(0)) answer();
    },
  };
};

const start = async () => {
  const model = heldModel();
  const app = await startApp(FLOW, { script: model.script });
  closing.push(app.close);
  const say = async (query: string, more: object = {}): Promise<JsonObject> => {
    const body = { inputs: {}, query, user: 'me', response_mode: 'blocking', ...more };
    return (await (await app.call('POST', '/v1/chat-messages', { body })).json()) as JsonObject;
  };
  const first = await say('Hi');
  const id = textOf(first['conversation_id']);
  await say('x', { conversation_id: id });
  const get = async (path: string): Promise<JsonObject> =>
    (await (await app.call('GET', path)).json()) as JsonObject;
  /** So many further turns of the conversation, all of them at their model. */
  const turns = async (...queries: string[]): Promise<Promise<JsonObject>[]> => {
    model.hold();
    const all = queries.map((query) => say(query, { conversation_id: id }));
    await expect.poll(() => model.held).toBe(queries.length);
    return all;
  };
  return { app, model, id, get, turns };
};

test('two runs of a conversation leave each what it has set, and both what was said', async () => {
  const { model, id, get, turns } = await start();
  const both = await turns('x', 'other');
  model.letGo();
  await Promise.all(both);
  expect(await get(`/v1/conversations/${id}/variables?user=me`)).toMatchObject({
    data: [
      { name: 'x', value: 2 },
      { name: 'y', value: 4 },
    ],
  });
  const { data } = await get(`/v1/messages?user=me&conversation_id=${id}`);
  expect((data as JsonObject[]).map(({ query }) => textOf(query)).toSorted()).toEqual([
    'Hi',
    'other',
    'x',
    'x',
  ]);
});

test('what a person sets while a run is under way stays, where the run sets something else', async () => {
  const { app, model, id, get, turns } = await start();
  const [run] = await turns('x');
  const put = { user: 'me', value: 7 };
  await app.call('PUT', `/v1/conversations/${id}/variables/y`, { body: put });
  await app.call('POST', `/v1/conversations/${id}/name`, { body: { user: 'me', name: 'Mine' } });
  model.letGo();
  await run;
  expect(await get(`/v1/conversations/${id}/variables?user=me`)).toMatchObject({
    data: [{ value: 2 }, { value: 7 }],
  });
  expect(await get('/v1/conversations?user=me')).toMatchObject({ data: [{ name: 'Mine' }] });
});

test('a conversation that is deleted while a run is under way stays deleted', async () => {
  const { app, model, id, get, turns } = await start();
  const [run] = await turns('x');
  await app.call('DELETE', `/v1/conversations/${id}`, { body: { user: 'me' } });
  model.letGo();
  expect(await run).toMatchObject({ answer: 'ok' });
  expect(await get('/v1/conversations?user=me')).toMatchObject({ data: [] });
  expect(await app.apps.deps.conversations.get(id)).toBeUndefined();
});

test('of an app that is deleted while a run is under way nothing is kept', async () => {
  const { app } = await start();
  const key = app.master;
  const yaml = FLOW.replace('"name":"test"', '"name":"other"');
  const imported = await app.call('POST', '/spillway/apps', { key, body: { yaml } });
  const appId = textOf(((await imported.json()) as JsonObject)['app_id']);
  const made = await app.call('POST', `/spillway/apps/${appId}/keys`, { key, body: {} });
  const secret = textOf(((await made.json()) as JsonObject)['key']);
  app.upstream.script = () => {};
  const calls = app.upstream.calls.length;
  const body = { inputs: {}, query: 'x', user: 'me', response_mode: 'blocking' };
  const run = app.call('POST', '/v1/chat-messages', { key: secret, body });
  await expect.poll(() => app.upstream.calls.length).toBe(calls + 1);
  await app.call('DELETE', `/spillway/apps/${appId}`, { key });
  await (await run).text();
  expect(await app.apps.deps.conversations.messages(appId)).toEqual([]);
});

test('of who is forgotten while a run is under way nothing is kept', async () => {
  const { app, model, turns } = await start();
  const [run] = await turns('x');
  const { conversations, runs, apps } = app.apps.deps;
  const me = { user: 'me', words: [] };
  await runs.forget(me);
  await conversations.forget(me);
  model.letGo();
  expect(await run).toMatchObject({ answer: 'ok' });
  const appId = apps.all()[0]!.id;
  expect(await conversations.messages(appId)).toEqual([]);
  expect(await runs.page({ appId, limit: 10, offset: 0 })).toEqual({ total: 0, runs: [] });
});
