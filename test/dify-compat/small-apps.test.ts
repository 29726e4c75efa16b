import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, type Script, sendEvents } from '../kit/upstream.ts';

const closing = closedAfterEach();

const start = async (text: string, more: Parameters<typeof startApp>[1] = {}) => {
  const app = await startApp(text, more);
  closing.push(app.close);
  return app;
};

const MODEL = { provider: 'p', name: 'gpt-4.1', mode: 'chat', completion_params: {} };

const small = (mode: string, config: object): string =>
  JSON.stringify({
    version: '0.1.5',
    app: { mode, name: 'small' },
    model_config: { model: MODEL, ...config },
  });

const asked = (more: object = {}) => ({
  inputs: {},
  query: 'Hi',
  user: 'me',
  response_mode: 'streaming',
  ...more,
});

test('a chat app says what is said, and that it is over', async () => {
  const { call } = await start(small('chat', { pre_prompt: 'Be brief.' }));
  const events = await eventsOf(await call('POST', '/v1/chat-messages', { body: asked() }));
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['message', 'message_end']));
  expect(events.at(-1)).toMatchObject({ metadata: { usage: { total_tokens: 10 } } });
  expect(events[0]).toMatchObject({ conversation_id: expect.any(String), answer: 'You ' });
  const body = asked({ response_mode: 'blocking' });
  const reply = (await (await call('POST', '/v1/chat-messages', { body })).json()) as JsonObject;
  expect(reply).toMatchObject({ mode: 'chat', answer: 'You said: Hi' });
});

test('a completion app answers once, without a conversation', async () => {
  const form = [{ paragraph: { label: 'Q', variable: 'query', required: true } }];
  const app = small('completion', { pre_prompt: 'Translate: {{query}}', user_input_form: form });
  const { call } = await start(app);
  const body = { inputs: { query: 'Hi' }, user: 'me', response_mode: 'blocking' };
  const response = await call('POST', '/v1/completion-messages', { body });
  const reply = (await response.json()) as JsonObject;
  expect(reply).toMatchObject({ mode: 'completion', answer: 'You said: Translate: Hi' });
  expect(reply).not.toHaveProperty('conversation_id');
  const wrong = await call('POST', '/v1/chat-messages', { body: asked() });
  expect(await wrong.json()).toMatchObject({ code: 'not_chat_app' });
});

/** Asks for the time once, and then says what it was told. */
const curious: Script = ({ body }, res) => {
  const messages = body['messages'] as { role: string; content: string }[];
  const told = messages.findLast(({ role }) => role === 'tool');
  const call = {
    index: 0,
    id: 'c1',
    type: 'function',
    function: { name: 'weekday', arguments: '{"year":2024,"month":1,"day":31}' },
  };
  sendEvents(
    res,
    told
      ? [
          chunk({ content: `It was ${told.content}.` }),
          chunk({}, { finish_reason: 'stop' }),
          '[DONE]',
        ]
      : [chunk({ tool_calls: [call] }), chunk({}, { finish_reason: 'tool_calls' }), '[DONE]'],
  );
  res.end();
};

test('an agent uses its tools, and tells what it does', async () => {
  const tool = {
    provider_type: 'builtin',
    provider_id: 'time',
    provider_name: 'time',
    tool_name: 'weekday',
    tool_parameters: {},
    enabled: true,
  };
  const agent_mode = { enabled: true, strategy: 'function_call', max_iteration: 3, tools: [tool] };
  const { call } = await start(small('agent-chat', { pre_prompt: 'Help.', agent_mode }), {
    script: curious,
  });
  const events = await eventsOf(await call('POST', '/v1/chat-messages', { body: asked() }));
  expect(events.map(({ event }) => event)).toEqual([
    'agent_thought',
    'agent_message',
    'agent_thought',
    'message_end',
  ]);
  expect(events[0]).toMatchObject({
    position: 1,
    tool: 'weekday',
    tool_input: '{"year":2024,"month":1,"day":31}',
    observation: '"Wednesday"',
  });
  expect(events[1]).toMatchObject({ answer: 'It was Wednesday.' });
  expect(events[2]).toMatchObject({
    position: 2,
    thought: 'It was Wednesday.',
    observation: '',
    tool: '',
    tool_input: '',
    message_files: [],
  });
  // Who looks later is told the same.
  const conversation = textOf(events[1]!['conversation_id']);
  const later = await call('GET', `/v1/messages?user=me&conversation_id=${conversation}`);
  const thoughts = [events[0]!, events[2]!].map(
    ({ event: _, task_id: __, conversation_id: ___, id: ____, ...thought }) => ({
      ...thought,
      id: expect.any(String),
    }),
  );
  expect(await later.json()).toMatchObject({ data: [{ agent_thoughts: thoughts }] });
  const body = asked({ response_mode: 'blocking' });
  const blocking = await call('POST', '/v1/chat-messages', { body });
  expect(await blocking.json()).toMatchObject({
    code: 'invalid_param',
    message: 'Agent Chat App does not support blocking mode',
  });
});

const http = (url: string): string =>
  dsl(
    {
      start: { type: 'start' },
      http: {
        type: 'http-request',
        method: 'get',
        url,
        headers: '',
        params: 'q: {{#sys.query#}}',
        authorization: { type: 'no-auth' },
        body: { type: 'none', data: [] },
      },
      answer: { type: 'answer', answer: '{{#http.status_code#}} {{#http.body#}}' },
    },
    ['start>http', 'http>answer'],
  );

test('a request of a node reaches no private network unless it is named', async () => {
  const { createServer } = await import('node:http');
  const server = createServer((req, res) => res.end(`seen ${req.url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as { port: number };
  const body = asked({ response_mode: 'blocking' });
  const closed = await start(http(`http://127.0.0.1:${port}/a`));
  const refused = await closed.call('POST', '/v1/chat-messages', { body });
  expect(await refused.json()).toMatchObject({
    message: expect.stringContaining('127.0.0.1 is on a private network'),
  });
  const open = await start(http(`http://127.0.0.1:${port}/a`), { allow: ['127.0.0.1'] });
  const reply = await open.call('POST', '/v1/chat-messages', { body });
  expect(await reply.json()).toMatchObject({ answer: '200 seen /a?q=Hi' });
});

test('two runs of one conversation at once leave both in it', async () => {
  const { call } = await start(small('chat', { pre_prompt: '' }));
  const one = await call('POST', '/v1/chat-messages', {
    body: asked({ response_mode: 'blocking' }),
  });
  const { conversation_id: id } = (await one.json()) as JsonObject;
  await Promise.all(
    ['A', 'B'].map((query) =>
      call('POST', '/v1/chat-messages', {
        body: asked({ response_mode: 'blocking', query, conversation_id: id }),
      }),
    ),
  );
  const path = `/v1/messages?user=me&conversation_id=${JSON.stringify(id).slice(1, -1)}`;
  const { data } = (await (await call('GET', path)).json()) as { data: JsonObject[] };
  expect(new Set(data.map(({ query }) => query))).toEqual(new Set(['A', 'B', 'Hi']));
});

test('what an app costs its callers', async () => {
  const { call } = await start(small('chat', { pre_prompt: '' }));
  const body = asked({ response_mode: 'blocking' });
  const reply = (await (await call('POST', '/v1/chat-messages', { body })).json()) as JsonObject;
  expect(reply['metadata']).toMatchObject({
    usage: { total_price: expect.stringMatching(/^\d+(\.\d+)?$/), currency: 'USD' },
  });
});
