import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const start = async (text: string, more: Parameters<typeof startApp>[1] = {}) => {
  const app = await startApp(text, more);
  closing.push(app.close);
  return app;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const CHATFLOW = dsl(
  {
    start: {
      type: 'start',
      variables: [{ variable: 'tone', type: 'text-input', required: false }],
    },
    llm: llmData('{{#sys.query#}}', {
      memory: { window: { enabled: false }, query_prompt_template: '{{#sys.query#}}' },
      prompt_template: [{ role: 'system', text: 'Be brief.' }],
    }),
    set: {
      type: 'assigner',
      version: '2',
      items: [
        {
          variable_selector: ['conversation', 'count'],
          input_type: 'constant',
          operation: '+=',
          value: 1,
        },
      ],
    },
    answer: { type: 'answer', answer: '# {{#llm.text#}} ({{#conversation.count#}})' },
  },
  ['start>llm', 'llm>set', 'set>answer'],
  {
    conversation_variables: [{ id: 'c', name: 'count', value_type: 'number', value: 0 }],
    features: { opening_statement: 'Hello!', suggested_questions: ['Why?'] },
  },
);

const asked = (more: object = {}) => ({
  inputs: {},
  query: 'Hi',
  user: 'me',
  response_mode: 'streaming',
  ...more,
});

describe('chat-messages', () => {
  test('a stream: every event of a chatflow, with its fields, in order', async () => {
    const { call } = await start(CHATFLOW);
    const response = await call('POST', '/v1/chat-messages', { body: asked() });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.clone().text();
    expect(text.startsWith('event: ping\n\n')).toBe(true);
    const events = await eventsOf(response);
    const kinds = events.map(({ event }) => event).filter((kind) => kind !== 'message');
    expect(kinds).toEqual([
      'workflow_started',
      'node_started',
      'node_finished',
      'node_started',
      'node_finished',
      'node_started',
      'node_finished',
      'node_started',
      'node_finished',
      'workflow_finished',
      'message_end',
    ]);
    const [first] = events;
    for (const event of events) {
      expect(event['task_id']).toMatch(UUID);
      expect(event).toMatchObject({
        task_id: first!['task_id'],
        message_id: first!['message_id'],
        conversation_id: first!['conversation_id'],
        created_at: expect.any(Number),
      });
    }
    expect(first).toMatchObject({
      workflow_run_id: expect.stringMatching(UUID),
      data: {
        id: first!['workflow_run_id'],
        workflow_id: expect.stringMatching(UUID),
        inputs: { 'sys.query': 'Hi' },
        created_at: expect.any(Number),
      },
    });
    const started = events.find(
      ({ event, data }) => event === 'node_started' && (data as JsonObject)['node_id'] === 'llm',
    );
    expect(started?.['data']).toMatchObject({
      id: expect.stringMatching(UUID),
      node_id: 'llm',
      node_type: 'llm',
      title: 'llm',
      index: 2,
      predecessor_node_id: 'start',
      inputs: null,
      iteration_id: null,
      loop_id: null,
    });
    const finished = events.find(
      ({ event, data }) => event === 'node_finished' && (data as JsonObject)['node_id'] === 'llm',
    );
    expect(finished?.['data']).toMatchObject({
      id: (started!['data'] as JsonObject)['id'],
      status: 'succeeded',
      error: null,
      outputs: { text: 'You said: Hi', usage: { prompt_tokens: 7, total_tokens: 10 } },
      process_data: { prompts: [{ role: 'system' }, { role: 'user', text: 'Hi' }] },
      execution_metadata: { total_tokens: 10 },
      elapsed_time: expect.any(Number),
    });
    const messages = events.filter(({ event }) => event === 'message');
    expect(messages.map(({ answer }) => textOf(answer)).join('')).toBe('# You said: Hi (1)');
    expect(messages.find(({ answer }) => answer === 'You said: Hi')).toMatchObject({
      id: first!['message_id'],
      from_variable_selector: ['llm', 'text'],
    });
    expect(events.at(-2)?.['data']).toMatchObject({
      status: 'succeeded',
      outputs: { answer: '# You said: Hi (1)' },
      error: null,
      total_tokens: 10,
      total_steps: 4,
      exceptions_count: 0,
      created_by: { user: 'me' },
      files: [],
    });
    expect(events.at(-1)).toMatchObject({
      id: first!['message_id'],
      metadata: { usage: { prompt_tokens: 7, total_price: '0', currency: 'USD' } },
      files: [],
    });
  });

  test('a conversation goes on: what was said is told, and its variables are kept', async () => {
    const { call, upstream } = await start(CHATFLOW);
    const first = await call('POST', '/v1/chat-messages', {
      body: asked({ response_mode: 'blocking' }),
    });
    const one = (await first.json()) as JsonObject;
    expect(one).toMatchObject({
      event: 'message',
      mode: 'advanced-chat',
      answer: '# You said: Hi (1)',
      message_id: one['id'],
      metadata: { usage: { total_tokens: 10 }, retriever_resources: [] },
    });
    const body = asked({ query: 'And?', conversation_id: one['conversation_id'] });
    const events = await eventsOf(await call('POST', '/v1/chat-messages', { body }));
    expect(events.at(-2)?.['data']).toMatchObject({ outputs: { answer: '# You said: And? (2)' } });
    const sent = upstream.calls.at(-1)?.body['messages'];
    expect(sent).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '# You said: Hi (1)' },
      { role: 'user', content: 'And?' },
    ]);
    const list = await call('GET', '/v1/conversations?user=me');
    expect(await list.json()).toMatchObject({
      limit: 20,
      has_more: false,
      data: [{ id: one['conversation_id'], name: 'Hi', status: 'normal', introduction: 'Hello!' }],
    });
    const id = textOf(one['conversation_id']);
    const messages = await call('GET', `/v1/messages?user=me&conversation_id=${id}&limit=1`);
    expect(await messages.json()).toMatchObject({
      has_more: true,
      data: [
        {
          query: 'And?',
          answer: '# You said: And? (2)',
          feedback: null,
          status: 'normal',
          parent_message_id: '00000000-0000-0000-0000-000000000000',
        },
      ],
    });
    const variables = await call('GET', `/v1/conversations/${id}/variables?user=me`);
    expect(await variables.json()).toMatchObject({ data: [{ name: 'count', value: 2 }] });
    const set = await call('PUT', `/v1/conversations/${id}/variables/c`, {
      body: { user: 'me', value: 9 },
    });
    expect(await set.json()).toMatchObject({ value: 9 });
    const liked = await call('POST', `/v1/messages/${textOf(one['id'])}/feedbacks`, {
      body: { user: 'me', rating: 'like' },
    });
    expect(await liked.json()).toEqual({ result: 'success' });
    const feedbacks = await call('GET', '/v1/app/feedbacks');
    expect(await feedbacks.json()).toMatchObject({
      data: [{ rating: 'like', from_end_user_id: expect.any(String), from_account_id: null }],
    });
    const renamed = await call('POST', `/v1/conversations/${id}/name`, {
      body: { user: 'me', name: 'Mine' },
    });
    expect(await renamed.json()).toMatchObject({ name: 'Mine' });
    const gone = await call('DELETE', `/v1/conversations/${id}`, { body: { user: 'me' } });
    expect(gone.status).toBe(204);
    const after = await call('GET', `/v1/messages?user=me&conversation_id=${id}`);
    expect(after.status).toBe(404);
  });

  test('a model that fails: the node, the run, an error, and no end of a message', async () => {
    const { call } = await start(CHATFLOW, {
      script: (_, res) => void res.writeHead(400).end('{"error":{"message":"too bad"}}'),
    });
    const events = await eventsOf(await call('POST', '/v1/chat-messages', { body: asked() }));
    expect(events.slice(-3)).toMatchObject([
      { event: 'node_finished', data: { node_id: 'llm', status: 'failed' } },
      { event: 'workflow_finished', data: { status: 'failed' } },
      { event: 'error', status: 400, code: 'invalid_param' },
    ]);
    expect(events.at(-1)?.['message']).toContain('Run failed: Node "llm" failed');
    const blocking = await call('POST', '/v1/chat-messages', {
      body: asked({ response_mode: 'blocking' }),
    });
    expect(blocking.status).toBe(400);
    expect(await blocking.json()).toMatchObject({ code: 'invalid_param', status: 400 });
  });

  test('a stop, by its task', async () => {
    const { call, upstream } = await start(CHATFLOW, { script: () => {} });
    const response = await call('POST', '/v1/chat-messages', { body: asked() });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"node_id":"llm"')) text += (await reader.read()).value ?? '';
    const task = /"task_id":"([^"]+)"/.exec(text)![1]!;
    const other = await call('POST', `/v1/chat-messages/${task}/stop`, { body: { user: 'you' } });
    expect(await other.json()).toEqual({ result: 'success' });
    await call('POST', `/v1/chat-messages/${task}/stop`, { body: { user: 'me' } });
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(text).toContain('"status":"stopped"');
    expect(text).toContain('message_end');
    await upstream.calls[0]!.cutOff;
  });

  test('a caller who leaves ends the run', async () => {
    const { call, upstream, apps } = await start(CHATFLOW, { script: () => {} });
    const left = new AbortController();
    const response = await call('POST', '/v1/chat-messages', {
      body: asked(),
      signal: left.signal,
    });
    const reader = response.body!.getReader();
    while (upstream.calls.length === 0) await reader.read();
    left.abort();
    await upstream.calls[0]!.cutOff;
    while (apps.deps.runs.underWay > 0) await new Promise(setImmediate);
    expect(apps.deps.runs.underWay).toBe(0);
    const logs = await call('GET', '/v1/workflows/logs');
    expect(await logs.json()).toMatchObject({ code: 'not_workflow_app' });
    // What was asked stands in the conversation all the same.
    const list = (await (await call('GET', '/v1/conversations?user=me')).json()) as JsonObject;
    const [{ id }] = list['data'] as [JsonObject];
    const messages = await call('GET', `/v1/messages?user=me&conversation_id=${textOf(id)}`);
    expect(await messages.json()).toMatchObject({
      data: [{ query: asked().query, answer: '', status: 'stopped', error: null }],
    });
  });
});

const WORKFLOW = dsl(
  {
    start: { type: 'start', variables: [{ variable: 'n', type: 'number', required: true }] },
    code: {
      type: 'code',
      code_language: 'javascript',
      code: 'function main({ n }) { return { list: Array.from({ length: n }, (_, i) => i) }; }',
      variables: [{ variable: 'n', value_selector: ['start', 'n'] }],
      outputs: { list: { type: 'array[number]' } },
    },
    it: {
      type: 'iteration',
      iterator_selector: ['code', 'list'],
      output_selector: ['tpl', 'output'],
      start_node_id: 'first',
    },
    'it/first': { type: 'iteration-start' },
    'it/tpl': {
      type: 'template-transform',
      template: '<{{ x }}>',
      variables: [{ variable: 'x', value_selector: ['it', 'item'] }],
    },
    end: { type: 'end', outputs: [{ variable: 'out', value_selector: ['it', 'output'] }] },
  },
  ['start>code', 'code>it', 'first>tpl', 'it>end'],
).replace('advanced-chat', 'workflow');

describe('workflows/run', () => {
  test('blocking, and by its id afterwards', async () => {
    const { call } = await start(WORKFLOW);
    const body = { inputs: { n: 2 }, user: 'me', response_mode: 'blocking' };
    const reply = (await (await call('POST', '/v1/workflows/run', { body })).json()) as JsonObject;
    expect(reply).toMatchObject({
      task_id: expect.stringMatching(UUID),
      data: {
        id: reply['workflow_run_id'],
        status: 'succeeded',
        outputs: { out: ['<0>', '<1>'] },
        error: null,
        total_steps: 8,
      },
    });
    const run = await call('GET', `/v1/workflows/run/${textOf(reply['workflow_run_id'])}`);
    expect(await run.json()).toMatchObject({ status: 'succeeded', inputs: { n: 2 } });
    const logs = await call('GET', '/v1/workflows/logs?status=succeeded');
    expect(await logs.json()).toMatchObject({
      page: 1,
      total: 1,
      data: [{ workflow_run: { status: 'succeeded' }, created_from: 'service-api' }],
    });
  });

  test('streamed: containers have events of their own', async () => {
    const { call } = await start(WORKFLOW);
    const body = { inputs: { n: 2 }, user: 'me', response_mode: 'streaming' };
    const events = await eventsOf(await call('POST', '/v1/workflows/run', { body }));
    expect(events.map(({ event }) => event)).toEqual([
      'workflow_started',
      'node_started',
      'node_finished',
      'node_started',
      'node_finished',
      'iteration_started',
      'iteration_next',
      'node_started',
      'node_finished',
      'iteration_next',
      'node_started',
      'node_finished',
      'text_chunk',
      'iteration_completed',
      'node_started',
      'node_finished',
      'workflow_finished',
    ]);
    for (const event of events)
      expect(event).toMatchObject({
        task_id: events[0]!['task_id'],
        workflow_run_id: events[0]!['workflow_run_id'],
      });
    expect(events.find(({ event }) => event === 'iteration_started')?.['data']).toMatchObject({
      node_id: 'it',
      node_type: 'iteration',
      metadata: { iteration_length: 2 },
    });
    expect(events[7]?.['data']).toMatchObject({
      node_id: 'tpl',
      iteration_id: 'it',
      iteration_index: 0,
    });
    expect(events.find(({ event }) => event === 'iteration_completed')?.['data']).toMatchObject({
      outputs: { output: ['<0>', '<1>'] },
      status: 'succeeded',
      steps: 2,
    });
    expect(events.find(({ event }) => event === 'text_chunk')?.['data']).toEqual({
      text: '- <0>\n- <1>',
      from_variable_selector: ['it', 'output'],
    });
  });

  test('a workflow that fails is an answer all the same', async () => {
    const { call } = await start(WORKFLOW.replace('return {', 'return nothing; return {'));
    const body = { inputs: { n: 2 }, user: 'me', response_mode: 'blocking' };
    const response = await call('POST', '/v1/workflows/run', { body });
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: JsonObject };
    expect(data).toMatchObject({ status: 'failed' });
    expect(data['error']).toContain('nothing is not defined');
  });
});
