import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { dsl } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, type Script, sendEvents } from '../kit/upstream.ts';

const closing = closedAfterEach();

const PNG = 'iVBORw0KGgo=';
const MODEL = { provider: 'p', name: 'gpt-4.1', mode: 'chat', completion_params: {} };

const small = (mode: string, config: object): string =>
  JSON.stringify({ app: { mode, name: 'small' }, model_config: { model: MODEL, ...config } });

const BODY = { inputs: {}, query: 'Draw', user: 'me', response_mode: 'streaming' };

test('a picture that a model has drawn is told as a file of the answer', async () => {
  const draws: Script = (_, res) => {
    sendEvents(res, [
      chunk({ content: 'Here.' }),
      chunk({ images: [{ image_url: { url: `data:image/png;base64,${PNG}` } }] }),
      chunk({}, { finish_reason: 'stop' }),
      '[DONE]',
    ]);
    res.end();
  };
  const app = await startApp(small('chat', { pre_prompt: '' }), { script: draws });
  closing.push(app.close);
  const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body: BODY }));
  expect(events.map(({ event }) => event)).toEqual(['message', 'message_file', 'message_end']);
  expect(events[1]).toMatchObject({
    type: 'image',
    belongs_to: 'assistant',
    conversation_id: events[0]?.['conversation_id'],
    message_id: events[0]?.['message_id'],
  });
  const picture = await app.call('GET', `${textOf(events[1]?.['url'])}?user=me`);
  expect(Buffer.from(await picture.arrayBuffer()).toString('base64')).toBe(PNG);
});

test('so is what a tool of an agent leaves', async () => {
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from(PNG, 'base64'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const workflow = dsl(
    {
      start: { type: 'start', variables: [] },
      get: { type: 'http-request', method: 'get', url },
      end: { type: 'end', outputs: [{ variable: 'pictures', value_selector: ['get', 'files'] }] },
    },
    ['start>get', 'get>end'],
  )
    .replace('advanced-chat', 'workflow')
    .replace('"name":"test"', '"name":"painter"');
  const uses: Script = ({ body }, res) => {
    const messages = body['messages'] as { role: string }[];
    const call = {
      index: 0,
      id: 'c1',
      type: 'function',
      function: { name: 'painter', arguments: '{}' },
    };
    const isTold = messages.some(({ role }) => role === 'tool');
    sendEvents(res, [
      chunk(isTold ? { content: 'There it is.' } : { tool_calls: [call] }),
      chunk({}, { finish_reason: isTold ? 'stop' : 'tool_calls' }),
      '[DONE]',
    ]);
    res.end();
  };
  const tool = {
    provider_type: 'workflow',
    provider_id: 'painter',
    provider_name: 'painter',
    tool_name: 'painter',
    tool_parameters: {},
    enabled: true,
  };
  const agent = { enabled: true, strategy: 'function_call', max_iteration: 3, tools: [tool] };
  const app = await startApp(small('agent-chat', { pre_prompt: '', agent_mode: agent }), {
    script: uses,
    allow: ['127.0.0.1'],
  });
  closing.push(app.close);
  const brought = await app.call('POST', '/spillway/apps', {
    body: { yaml: workflow },
    key: app.master,
  });
  expect(brought.status).toBe(200);
  const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body: BODY }));
  expect(events.map(({ event }) => event)).toEqual([
    'message_file',
    'agent_thought',
    'agent_message',
    'agent_thought',
    'message_end',
  ]);
  expect(events[0]).toMatchObject({ type: 'image', belongs_to: 'assistant' });
  expect(events[1]).toMatchObject({ tool: 'painter', message_files: [events[0]?.['id']] });
});
