import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl } from '#flow/test-kit.ts';
import { APP_KEY, eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const start = async (text: string) => {
  const app = await startApp(text);
  closing.push(app.close);
  return app;
};

const CHATFLOW = dsl(
  {
    start: {
      type: 'start',
      variables: [{ variable: 'tone', type: 'text-input', required: false }],
    },
    answer: { type: 'answer', answer: 'You said: {{#sys.query#}}' },
  },
  ['start>answer'],
  { features: { opening_statement: 'Hello!', suggested_questions: ['Why?'] } },
);

const asked = (more: object = {}) => ({
  inputs: {},
  query: 'Hi',
  user: 'me',
  response_mode: 'streaming',
  ...more,
});

test('paths of apps alone ask for a key of an app', async () => {
  const { url } = await start(CHATFLOW);
  for (const path of ['/v1/info', '/v1/parameters?user=me', '/v1/workflows/run/x']) {
    const response = await fetch(`${url}${path}`);
    expect([response.status, await response.json()]).toEqual([
      401,
      {
        code: 'unauthorized',
        message: "Authorization header must be provided and start with 'Bearer'",
        status: 401,
      },
    ]);
  }
  // What is shared stays with the models.
  expect(await (await fetch(`${url}/v1/conversations`)).json()).toHaveProperty('error');
});

test.each([
  [
    { body: asked(), key: 'app-unknown-unknown-0000' },
    401,
    'unauthorized',
    'Access token is invalid',
  ],
  [{ body: asked(), key: 'sk-0123456789abcdef' }, 401, 'unauthorized', 'Access token is invalid'],
  [{ body: asked({ response_mode: 'fast' }) }, 400, 'invalid_param', 'streaming or blocking'],
  [{ body: asked({ query: undefined }) }, 400, 'invalid_param', 'Arg query must be provided.'],
  [{ body: asked({ user: undefined }) }, 400, 'invalid_param', 'Arg user must be provided.'],
  [{ body: asked({ inputs: undefined }) }, 400, 'invalid_param', 'Arg inputs must be provided'],
  [{ body: asked({ conversation_id: 'x' }) }, 400, 'invalid_param', 'must be a valid UUID'],
  [{ body: asked({ conversation_id: 5 }) }, 400, 'invalid_param', 'must be a valid UUID'],
  [{ body: asked({ files: 'a.txt' }) }, 400, 'invalid_param', 'files must be a list of files'],
  [
    { body: asked({ conversation_id: '00000000-0000-4000-8000-000000000000' }) },
    404,
    'not_found',
    'Conversation Not Exists.',
  ],
  [{ body: asked({ inputs: { tone: 1 } }) }, 400, 'invalid_param', '`tone` must be a text'],
  [{ body: asked({ files: [{}] }) }, 400, 'invalid_param', '`transfer_method`'],
])('%j is refused in words of the API', async (options, status, code, message) => {
  const { call } = await start(CHATFLOW);
  const response = await call('POST', '/v1/chat-messages', options);
  expect(response.status).toBe(status);
  const error = (await response.json()) as JsonObject;
  expect(error).toMatchObject({ status, code });
  expect(error['message']).toContain(message);
});

test('the wrong kind of app, the wrong path, the wrong method', async () => {
  const { call } = await start(CHATFLOW);
  const told = async (method: string, path: string, body?: object) =>
    ((await (await call(method, path, { body })).json()) as JsonObject)['code'];
  expect(await told('POST', '/v1/workflows/run', asked())).toBe('not_workflow_app');
  expect(await told('POST', '/v1/completion-messages', asked())).toBe('app_unavailable');
  const me = { user: 'me' };
  expect(await told('POST', '/v1/workflows/tasks/x/stop', me)).toBe('not_workflow_app');
  expect(await told('POST', '/v1/completion-messages/x/stop', me)).toBe('app_unavailable');
  expect(await told('POST', '/v1/chat-messages/x/stop', me)).toBeUndefined();
  const { call: callWorkflow } = await start(
    dsl({ start: { type: 'start' }, end: { type: 'end' } }, ['start>end']).replace(
      'advanced-chat',
      'workflow',
    ),
  );
  const stopped = await callWorkflow('POST', '/v1/chat-messages/x/stop', { body: me });
  expect([stopped.status, await stopped.json()]).toMatchObject([400, { code: 'not_chat_app' }]);
  expect(await told('GET', '/v1/nothing')).toBe('not_found');
  expect(await told('GET', '/v1/chat-messages')).toBe('method_not_allowed');
});

test('the key decides who answers on a path that both have', async () => {
  const { call, master } = await start(CHATFLOW);
  for (const path of ['/v1/messages', '/v1/conversations', '/v1/files/upload']) {
    const asApp = await call('GET', `${path}?user=me&conversation_id=x`, { key: APP_KEY });
    expect(await asApp.json()).not.toHaveProperty('error');
    const asClient = await call('GET', path, { key: master });
    expect(await asClient.json()).toHaveProperty('error');
  }
});

test('what an app says of itself', async () => {
  const { call } = await start(CHATFLOW);
  const get = async (path: string) => (await call('GET', path)).json();
  expect(await get('/v1/info')).toMatchObject({ name: 'test', mode: 'advanced-chat', tags: [] });
  expect(await get('/v1/parameters')).toMatchObject({
    opening_statement: 'Hello!',
    suggested_questions: ['Why?'],
    user_input_form: [{ 'text-input': { variable: 'tone' } }],
    system_parameters: { image_file_size_limit: 10 },
  });
  expect(await get('/v1/meta')).toEqual({ tool_icons: {} });
  expect(await get('/v1/site')).toMatchObject({ title: 'test' });
});

test('a conversation is introduced with what was put in', async () => {
  const form = { type: 'start', variables: [{ variable: 'who', type: 'text-input' }] };
  const { call } = await start(
    dsl({ start: form, answer: { type: 'answer', answer: 'Hi' } }, ['start>answer'], {
      features: { opening_statement: 'Hello {{who}}, {{nobody}}!' },
    }),
  );
  const body = asked({ inputs: { who: '$& Ann' } });
  const [started] = await eventsOf(await call('POST', '/v1/chat-messages', { body }));
  const id = textOf(started!['workflow_run_id']);
  const run = await call('GET', `/v1/workflows/run/${id}`);
  expect(await run.json()).toMatchObject({ id, status: 'succeeded', outputs: { answer: 'Hi' } });
  const conversations = await call('GET', '/v1/conversations?user=me');
  expect(await conversations.json()).toMatchObject({
    data: [{ introduction: 'Hello $& Ann, {{nobody}}!' }],
  });
});

test('a file is uploaded, used by its user, and seen again', async () => {
  const flow = dsl(
    {
      start: { type: 'start' },
      answer: { type: 'answer', answer: '{{#sys.files#}}' },
    },
    ['start>answer'],
  );
  const { call } = await start(flow);
  const form = new FormData();
  form.set('user', 'me');
  form.set('file', new Blob(['hello'], { type: 'text/plain' }), 'note é.txt');
  const uploaded = await call('POST', '/v1/files/upload', { body: form });
  expect(uploaded.status).toBe(201);
  const file = (await uploaded.json()) as JsonObject;
  expect(file).toMatchObject({
    name: 'note é.txt',
    size: 5,
    extension: 'txt',
    mime_type: 'text/plain',
  });
  const files = [
    { type: 'document', transfer_method: 'local_file', upload_file_id: file['id'] },
    { type: 'image', transfer_method: 'remote_url', url: 'http://127.0.0.1:9/a%20b.png' },
  ];
  const body = asked({ response_mode: 'blocking', files });
  const answer = (await (await call('POST', '/v1/chat-messages', { body })).json()) as JsonObject;
  const [, link = ''] = /^\[note é\.txt\]\((\S+)\)\n/.exec(textOf(answer['answer'])) ?? [];
  expect(answer['answer']).toBe(`[note é.txt](${link})\n![a b.png](http://127.0.0.1:9/a%20b.png)`);
  expect(await (await call('GET', link)).text()).toBe('hello');
  const path = `/v1/messages?user=me&conversation_id=${textOf(answer['conversation_id'])}`;
  expect(await (await call('GET', path)).json()).toMatchObject({
    data: [{ message_files: [{ type: 'document', url: link }, { type: 'image' }] }],
  });
  const stranger = await call('POST', '/v1/chat-messages', { body: { ...body, user: 'you' } });
  expect(stranger.status).toBe(400);
  const seen = await call('GET', `/v1/files/${textOf(file['id'])}/preview`);
  expect(await seen.text()).toBe('hello');
  const nobodys = new FormData();
  nobodys.set('file', new Blob(['x']), 'x.txt');
  const refused = await call('POST', '/v1/files/upload', { body: nobodys });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { code: 'invalid_param', message: 'Arg user must be provided.', status: 400 },
  ]);
  const none = await call('POST', '/v1/files/upload', { body: new FormData() });
  expect(((await none.json()) as JsonObject)['code']).toBe('no_file_uploaded');
});

test('an app is a model for clients that know models', async () => {
  const { call } = await start(CHATFLOW);
  const models = (await (await call('GET', '/v1/models')).json()) as JsonObject;
  expect(models).toMatchObject({ data: [{ id: 'app/test', object: 'model' }] });
  const body = { model: 'app/test', messages: [{ role: 'user', content: 'Hi' }] };
  const whole = await call('POST', '/v1/chat/completions', { body });
  expect(await whole.json()).toMatchObject({
    object: 'chat.completion',
    model: 'app/test',
    choices: [{ message: { role: 'assistant', content: 'You said: Hi' }, finish_reason: 'stop' }],
    usage: { total_tokens: 0 },
  });
  const stream = await call('POST', '/v1/chat/completions', {
    body: { ...body, stream: true, stream_options: { include_usage: true } },
  });
  const lines = (await stream.text()).trim().split('\n\n');
  expect(lines.at(-1)).toBe('data: [DONE]');
  const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.slice(6)) as JsonObject);
  const said = chunks.flatMap(({ choices }) =>
    (choices as { delta: JsonObject }[]).map(({ delta }) => textOf(delta['content'] ?? '')),
  );
  expect(said.join('')).toBe('You said: Hi');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 0 } });
  const bad = await call('POST', '/v1/chat/completions', { body: { ...body, messages: [] } });
  expect(bad.status).toBe(400);
});

test('a variable of a conversation is set to what its type says, to the items of a list', async () => {
  const types = { words: 'array[string]', counts: 'array[number]', any: 'array', note: 'object' };
  const { call } = await start(
    dsl({ start: { type: 'start' }, answer: { type: 'answer', answer: 'Hi' } }, ['start>answer'], {
      conversation_variables: Object.entries(types).map(([name, value_type]) => ({
        id: name,
        name,
        value_type,
        value: name === 'note' ? {} : [],
      })),
    }),
  );
  const said = await call('POST', '/v1/chat-messages', {
    body: asked({ response_mode: 'blocking' }),
  });
  const id = textOf(((await said.json()) as JsonObject)['conversation_id']);
  const set = async (name: string, value: unknown): Promise<number> =>
    (
      await call('PUT', `/v1/conversations/${id}/variables/${name}`, {
        body: { user: 'me', value },
      })
    ).status;
  expect(await set('words', ['a', 'b'])).toBe(200);
  expect(await set('words', ['a', 1])).toBe(400);
  expect(await set('words', 'a')).toBe(400);
  expect(await set('counts', [1, 2.5])).toBe(200);
  expect(await set('counts', [1, '2'])).toBe(400);
  expect(await set('any', [1, 'a', {}])).toBe(200);
  expect(await set('note', { a: [] })).toBe(200);
  expect(await set('note', [])).toBe(400);
});
