import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const start = async (text: string) => {
  const app = await startApp(text);
  closing.push(app.close);
  const json = async (method: string, path: string, body?: object): Promise<JsonObject> =>
    (await (await app.call(method, path, body ? { body } : {})).json()) as JsonObject;
  const admin = async (path: string): Promise<JsonObject> =>
    (await (await app.call('GET', path, { key: app.master })).json()) as JsonObject;
  return { ...app, json, admin };
};

const HEARD = 'I would rather not hear of that.';
const SAID = 'I would rather not say that.';

const moderation = (keywords: string, more: object = {}) => ({
  sensitive_word_avoidance: {
    enabled: true,
    type: 'keywords',
    config: {
      keywords,
      inputs_config: { enabled: true, preset_response: HEARD },
      outputs_config: { enabled: true, preset_response: SAID },
      ...more,
    },
  },
});

const chatflow = (features: object): string =>
  dsl(
    {
      start: {
        type: 'start',
        variables: [{ variable: 'topic', label: 'topic', type: 'text-input', required: false }],
      },
      ask: llmData(),
      answer: { type: 'answer', answer: '{{#ask.text#}}' },
    },
    ['start>ask', 'ask>answer'],
    { features },
  );

const asked = (more: object = {}) => ({
  inputs: {},
  query: 'Hi there',
  user: 'u',
  response_mode: 'streaming',
  ...more,
});

const namesOf = (events: readonly JsonObject[]): unknown[] => events.map(({ event }) => event);

test.each([
  ['what is asked', asked({ query: 'tell me of the Secret PLAN' })],
  ['an input', asked({ inputs: { topic: 'secret plan b' } })],
])('a word in %s: no run begins, and what is said instead is the answer', async (_, body) => {
  const { call, upstream, json, admin, apps } = await start(
    chatflow(moderation('secret plan\n\nother')),
  );
  const events = await eventsOf(await call('POST', '/v1/chat-messages', { body }));
  expect(namesOf(events)).toEqual(['message', 'message_end']);
  expect(events[0]).toMatchObject({ answer: HEARD, from_variable_selector: null });
  expect(upstream.calls).toEqual([]);
  const blocking = await json('POST', '/v1/chat-messages', { ...body, response_mode: 'blocking' });
  expect(blocking).toMatchObject({ event: 'message', answer: HEARD });
  const conversation = textOf(blocking['conversation_id']);
  const messages = await json('GET', `/v1/messages?user=u&conversation_id=${conversation}`);
  expect(messages['data']).toMatchObject([{ answer: HEARD, status: 'normal' }]);
  const [{ id } = { id: '' }] = apps.deps.apps.all();
  const runs = (await admin(`/spillway/apps/${id}/runs`))['data'] as JsonObject[];
  expect(runs).toMatchObject([{ steps: 0, outputs: { answer: HEARD } }, { steps: 0 }]);
});

test('a word in an answer, though it comes in pieces: it is replaced, and the run stops', async () => {
  // What is said comes word by word.
  const { call, json, admin, apps } = await start(chatflow(moderation('SAID: hi')));
  const response = await call('POST', '/v1/chat-messages', { body: asked() });
  const events = await eventsOf(response);
  const told = events.filter(({ event }) => event !== 'node_started' && event !== 'node_finished');
  expect(namesOf(told)).toEqual([
    'workflow_started',
    'message',
    'message',
    'message_replace',
    'workflow_finished',
    'message_end',
  ]);
  expect(told[3]).toMatchObject({
    answer: SAID,
    reason: 'output_moderation',
    message_id: told[1]?.['message_id'],
    conversation_id: expect.any(String),
    created_at: expect.any(Number),
  });
  expect(told[4]).toMatchObject({ data: { status: 'stopped', outputs: { answer: SAID } } });
  const conversation = textOf(told[1]?.['conversation_id']);
  const messages = await json('GET', `/v1/messages?user=u&conversation_id=${conversation}`);
  expect(messages['data']).toMatchObject([{ answer: SAID, status: 'normal' }]);
  const blocking = await json('POST', '/v1/chat-messages', asked({ response_mode: 'blocking' }));
  expect(blocking).toMatchObject({ answer: SAID });
  const [{ id } = { id: '' }] = apps.deps.apps.all();
  expect((await admin(`/spillway/apps/${id}`))['checklist']).toEqual([]);
});

test('each side may be off, and other words are said', async () => {
  const off = { inputs_config: { enabled: false }, outputs_config: { enabled: false } };
  const { json } = await start(chatflow(moderation('hi there', off)));
  const blocking = asked({ response_mode: 'blocking' });
  expect(await json('POST', '/v1/chat-messages', blocking)).toMatchObject({
    answer: 'You said: Hi there',
  });
  const other = await start(chatflow(moderation('something else')));
  expect(await other.json('POST', '/v1/chat-messages', blocking)).toMatchObject({
    answer: 'You said: Hi there',
  });
});

test('clients that know models are told why an answer ends', async () => {
  const { call } = await start(chatflow(moderation('said')));
  const body = { model: 'app/test', messages: [{ role: 'user', content: 'Hi' }] };
  const whole = (await (await call('POST', '/v1/chat/completions', { body })).json()) as JsonObject;
  expect(whole['choices']).toMatchObject([
    { message: { content: SAID }, finish_reason: 'content_filter' },
  ]);
  const streamed = await call('POST', '/v1/chat/completions', { body: { ...body, stream: true } });
  const text = await streamed.text();
  expect(text).toContain(SAID);
  expect(text).toContain('"finish_reason":"content_filter"');
  expect(text).not.toContain('"content":"Hi"');
});

test('an app without a workflow has them too; the parameters name no word', async () => {
  const { call, json } = await start(
    JSON.stringify({
      app: { mode: 'chat', name: 'small' },
      model_config: {
        model: { provider: 'p', name: 'gpt-4.1', mode: 'chat', completion_params: {} },
        pre_prompt: '',
        ...moderation('said'),
      },
    }),
  );
  const events = await eventsOf(await call('POST', '/v1/chat-messages', { body: asked() }));
  expect(namesOf(events)).toEqual(['message', 'message_replace', 'message_end']);
  const parameters = await json('GET', '/v1/parameters?user=u');
  expect(parameters['sensitive_word_avoidance']).toEqual({
    enabled: true,
    type: 'keywords',
    configs: [],
  });
});

test('workflows have none, as in Dify, and what asks a service is said to be missing', async () => {
  const workflow = dsl(
    {
      start: { type: 'start', variables: [{ variable: 'q', label: 'q', type: 'text-input' }] },
      end: { type: 'end', outputs: [{ variable: 'q', value_selector: ['start', 'q'] }] },
    },
    ['start>end'],
    { features: moderation('word') },
  ).replace('advanced-chat', 'workflow');
  const { json, apps, admin } = await start(workflow);
  const run = await json('POST', '/v1/workflows/run', { inputs: { q: 'word' }, user: 'u' });
  expect(run).toMatchObject({ data: { status: 'succeeded', outputs: { q: 'word' } } });
  const [{ id } = { id: '' }] = apps.deps.apps.all();
  expect((await admin(`/spillway/apps/${id}`))['checklist']).toEqual([]);
  const asks = { sensitive_word_avoidance: { enabled: true, type: 'api', config: {} } };
  const other = await start(chatflow(asks));
  const [{ id: otherId } = { id: '' }] = other.apps.deps.apps.all();
  expect((await other.admin(`/spillway/apps/${otherId}`))['checklist']).toMatchObject([
    { kind: 'feature', said: { code: 'no_moderation' } },
  ]);
});
