import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { parse as parseYaml } from 'yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { startUpstream } from './kit/upstream.ts';
import { type Played, playSimulator } from '#simulator/test-kit.ts';

/** Two vendors behind one gateway, and the model of each. */
let played: Played;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let client: Anthropic;

beforeAll(async () => {
  played = await playSimulator(`
projects:
  - {id: a, key: sk-sim-a, profile: anthropic, models: [claude-sonnet-4-5]}
  - {id: o, key: sk-sim-o, profile: openai, models: [gpt-4.1]}
`);
  const claude = { group: 'claude', provider: 'anthropic', model: 'claude-sonnet-4-5' };
  const gpt = { group: 'gpt', provider: 'openai', model: 'gpt-4.1' };
  gateway = await startGateway(
    configOf([
      deployment('A', played.url, { ...claude, apiKey: 'sk-sim-a' }),
      deployment('O', `${played.url}/v1`, { ...gpt, apiKey: 'sk-sim-o' }),
    ]),
  );
  client = new Anthropic({ baseURL: gateway.url, apiKey: MASTER_KEY, maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close();
  await played.simulator.close();
});
beforeEach(() =>
  fetch(`${played.url}/simulator/faults`, { method: 'DELETE' }).then((answer) => answer.text()),
);

const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const schema = { type: 'object' as const, properties: { city: { type: 'string' as const } } };
const tools = ['get_weather', 'get_time'].map((name) => ({ name, input_schema: schema }));

describe.each(['claude', 'gpt'])('its SDK, and the model %s', (model) => {
  const asked = { model, max_tokens: 300, messages };

  test('whole and streamed', async () => {
    const { data, response } = await client.messages.create(asked).withResponse();
    const stream = client.messages.stream(asked);
    const texts: string[] = [];
    stream.on('text', (text) => texts.push(text));
    const streamed = await stream.finalMessage();
    for (const message of [data, streamed]) {
      expect(message).toMatchObject({
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'text', text: expect.stringContaining('“Why is the sky blue?”') as string },
        ],
        stop_reason: 'end_turn',
        stop_sequence: null,
      });
      expect(message.usage.input_tokens).toBeGreaterThan(5);
      expect(message.usage.output_tokens).toBeGreaterThan(20);
    }
    expect(texts.length).toBeGreaterThan(10);
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-litellm-call-id'));
  });

  test('the names and order of a stream’s events', async () => {
    const response = await gateway.post('/anthropic/v1/messages?beta=true', {
      ...asked,
      stream: true,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const names = (await response.text())
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
        expect((JSON.parse(data ?? '') as { type: string }).type).toBe(name);
        return name;
      });
    const expected = [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ];
    expect([...new Set(names)]).toEqual(expected);
  });

  test('tools: called, whole and streamed, and their results taken back', async () => {
    const wish = { ...asked, tools, tool_choice: { type: 'tool' as const, name: 'get_time' } };
    const whole = await client.messages.create(wish);
    const streamed = await client.messages.stream(wish).finalMessage();
    for (const { content, stop_reason } of [whole, streamed]) {
      expect(content).toMatchObject([
        { type: 'tool_use', name: 'get_time', input: { city: 'sample city' } },
      ]);
      expect(stop_reason).toBe('tool_use');
    }
    const [call] = whole.content;
    if (call?.type !== 'tool_use') throw new Error('no call');
    const result = { type: 'tool_result' as const, tool_use_id: call.id, content: 'half past six' };
    const { content } = await client.messages.create({
      ...asked,
      tools,
      messages: [
        ...messages,
        { role: 'assistant', content: whole.content },
        { role: 'user', content: [result] },
      ],
    });
    expect(content).toMatchObject([{ text: expect.stringContaining('“half past six”') as string }]);
  });

  test('tools whose names are too long for others, and back', async () => {
    const name = `mcp__a_server_of_a_long_name__${'a_tool_'.repeat(8)}`;
    const wish = {
      ...asked,
      tools: [{ name, input_schema: schema }],
      tool_choice: { type: 'tool' as const, name },
    };
    const whole = await client.messages.create(wish);
    const streamed = await client.messages.stream(wish).finalMessage();
    for (const { content } of [whole, streamed])
      expect(content).toMatchObject([{ type: 'tool_use', name }]);
  });

  test('what a coding agent sends', async () => {
    const cache = { cache_control: { type: 'ephemeral' as const } };
    const stream = client.beta.messages.stream({
      model,
      max_tokens: 32_000,
      betas: ['interleaved-thinking-2025-05-14'],
      system: [
        { type: 'text', text: 'You are an agent.', ...cache },
        { type: 'text', text: 'Be brief.', ...cache },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: '<reminder>Be kind.</reminder>' },
            { type: 'text', text: 'Hello there', ...cache },
          ],
        },
      ],
      tools: Array.from({ length: 40 }, (_, i) => ({
        name: `mcp__server__tool_${i}`,
        description: 'A tool.',
        input_schema: schema,
      })),
      metadata: { user_id: `user_${'0'.repeat(64)}_account__session_${'1'.repeat(36)}` },
    });
    const { content } = await stream.finalMessage();
    expect(content).toMatchObject([
      { type: 'text', text: expect.stringContaining('Hello there') as string },
    ]);
  });

  test('errors are its own', async () => {
    const fail = (changes: object, key = MASTER_KEY): Promise<unknown> =>
      client
        .withOptions({ apiKey: key })
        .messages.create({ ...asked, ...changes })
        .catch((error: unknown) => error);
    const envelope = (type: string) => ({
      type: 'error',
      error: { type, message: expect.any(String) as string },
      request_id: expect.any(String) as string,
    });
    expect(await fail({}, 'sk-wrong')).toMatchObject({
      status: 401,
      error: envelope('authentication_error'),
    });
    expect(await fail({ model: 'nobody' })).toMatchObject({
      status: 400,
      error: envelope('invalid_request_error'),
    });
    expect(await fail({ messages: 'Hi' })).toMatchObject({
      status: 400,
      error: envelope('invalid_request_error'),
    });
    await played.fault({ kind: 'http', status: 529, times: 9 });
    expect(await fail({})).toMatchObject({ error: envelope('overloaded_error') });
  });

  test('an error inside a stream is told in it', async () => {
    await played.fault({ kind: 'error_event', after_events: 12 });
    const stream = client.messages.stream(asked);
    let text = '';
    stream.on('text', (piece) => (text += piece));
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    expect(text).not.toBe('');
  });
});

describe.each(['claude', 'gpt'])('a stream of %s that breaks', (model) => {
  test.each([
    '{kind: truncate}',
    '{kind: garbage, what: json, after_events: 6}',
    '{kind: garbage, what: html}',
    '{kind: reset_after_bytes, n: 1500}',
    '{kind: oversize_event, after_events: 6, bytes: 300000}',
  ])('by %s is told to have failed, and never looks whole', async (fault) => {
    expect((await played.fault(parseYaml(fault))).status).toBe(200);
    const response = await gateway.post('/v1/messages', {
      model,
      max_tokens: 300,
      messages,
      stream: true,
    });
    const text = await response.text();
    expect(text).not.toContain('message_stop');
    if (response.status === 200) expect(text).toMatch(/\nevent: error\ndata: \{.*\}\n\n$/);
    else expect(JSON.parse(text)).toMatchObject({ type: 'error' });
  });
});

test('thoughts come sealed, whole and streamed, and go back', async () => {
  const asked = {
    model: 'claude',
    max_tokens: 3000,
    thinking: { type: 'enabled' as const, budget_tokens: 2000 },
    messages,
  };
  const whole = await client.messages.create(asked);
  const streamed = await client.messages.stream(asked).finalMessage();
  for (const { content } of [whole, streamed])
    expect(content).toMatchObject([
      { type: 'thinking', signature: expect.stringMatching(/^\w{80}$/) as string },
      { type: 'text' },
    ]);
});

describe('tokens are counted', () => {
  const counted = (model: string) =>
    client.messages.countTokens({ model, messages, tools, system: 'Be brief.' }).withResponse();

  test('by a vendor who does', async () => {
    const { data, response } = await counted('claude');
    expect(data.input_tokens).toBeGreaterThan(5);
    expect(response.headers.has('x-spillway-estimated')).toBe(false);
  });

  test('by an estimate elsewhere, which says so', async () => {
    const { data, response } = await counted('gpt');
    expect(data.input_tokens).toBeGreaterThan(5);
    expect(response.headers.get('x-spillway-estimated')).toBe('true');
  });

  test('by an estimate where the vendor fails', async () => {
    await played.fault({ kind: 'http', status: 500 });
    const { response } = await counted('claude');
    expect(response.headers.get('x-spillway-estimated')).toBe('true');
  });
});

test('models are listed as its SDK wants them', async () => {
  const models = await Array.fromAsync(client.models.list());
  expect(models.map(({ id, type }) => [id, type])).toEqual([
    ['claude', 'model'],
    ['gpt', 'model'],
  ]);
  expect(await client.models.retrieve('gpt')).toMatchObject({ id: 'gpt', type: 'model' });
  await expect(client.models.retrieve('nobody')).rejects.toMatchObject({ status: 404 });
});

test('who looks whether anybody is there finds somebody', async () => {
  expect((await fetch(`${gateway.url}/`, { method: 'HEAD' })).status).toBe(200);
  expect((await gateway.post('/api/event_logging/batch', { events: [] })).status).toBe(200);
});

test('versions, betas and keys reach the vendor as it wants them', async () => {
  const upstream = await startUpstream((_, res) => void res.writeHead(400).end('{}'));
  const to = (apiKey: string, base: string, extraHeaders = {}) =>
    deployment('A', base, { provider: 'anthropic', group: 'claude', apiKey, extraHeaders });
  const ask = async (config: ReturnType<typeof to>, headers: Record<string, string>) => {
    const its = await startGateway(configOf([config]));
    await its.post('/v1/messages', { model: 'claude', max_tokens: 1, messages }, headers);
    await its.close();
    expect(upstream.calls.at(-1)?.path).toBe('/v1/messages');
    return upstream.calls.at(-1)?.headers;
  };
  const own = { 'anthropic-beta': 'a' };
  const base = upstream.url.replace('/v1', '');
  expect(await ask(to('sk-ant-api-1', base), { 'anthropic-beta': 'b,c' })).toMatchObject({
    'x-api-key': 'sk-ant-api-1',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'b,c',
  });
  const headers = { 'anthropic-beta': 'b', 'anthropic-version': '2024-01-01' };
  const bearer = await ask(to('sk-ant-oat01-1', upstream.url, own), headers);
  expect(bearer).toMatchObject({
    authorization: 'Bearer sk-ant-oat01-1',
    'anthropic-version': '2024-01-01',
    'anthropic-beta': 'a,b',
  });
  expect(bearer).not.toHaveProperty('x-api-key');
  await upstream.close();
});

test.each([
  ['/v1/messages/batches', { type: 'error', error: { type: 'not_found_error' } }],
  ['/v1beta/cachedContents', { error: { code: 404, status: 'NOT_FOUND' } }],
])('where there is nothing, %s says so in its clients’ words', async (path, told) => {
  const response = await gateway.post(path, {});
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject(told);
});

describe('the OpenAI SDK, and a model of this vendor', () => {
  let openai: OpenAI;
  const asked = { model: 'claude', messages };
  beforeAll(() => {
    openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
  });

  test('whole and streamed, with usage', async () => {
    const whole = await openai.chat.completions.create(asked);
    const stream = openai.chat.completions.stream({
      ...asked,
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    for (const { choices, usage, created } of [whole, streamed]) {
      expect(choices[0]).toMatchObject({
        message: { content: expect.stringContaining('“Why is the sky blue?”') as string },
        finish_reason: 'stop',
      });
      expect(usage?.completion_tokens).toBeGreaterThan(20);
      expect(created).toBeGreaterThan(0);
    }
  });

  test('tools and thoughts', async () => {
    const functions = tools.map(({ name }) => ({
      type: 'function' as const,
      function: { name, parameters: schema },
    }));
    const wish = { ...asked, tools: functions, tool_choice: 'required' as const };
    const whole = await openai.chat.completions.create(wish);
    const streamed = await openai.chat.completions.stream(wish).finalChatCompletion();
    for (const { choices } of [whole, streamed])
      expect(choices[0]).toMatchObject({
        message: { tool_calls: [{ function: { name: 'get_weather' } }] },
        finish_reason: 'tool_calls',
      });
    const thought = await openai.chat.completions.create({ ...asked, reasoning_effort: 'low' });
    expect(thought.choices[0]?.message).toMatchObject({
      reasoning_content: 'The simulator thinks before it speaks.',
    });
  });

  test('functions, as tools were called before, there and back', async () => {
    const functions = tools.map(({ name }) => ({ name, parameters: schema }));
    const wish = { ...asked, functions, function_call: { name: 'get_weather' } };
    const whole = await openai.chat.completions.create(wish);
    const chunks = await Array.fromAsync(
      await openai.chat.completions.create({ ...wish, stream: true }),
    );
    const said = whole.choices[0]!.message.function_call!;
    expect(said).toEqual({ name: 'get_weather', arguments: '{"city":"sample city"}' });
    const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.function_call ?? []);
    expect(pieces.map(({ name = '' }) => name).join('')).toBe(said.name);
    expect(pieces.map(({ arguments: text = '' }) => text).join('')).toBe(said.arguments);
    for (const reason of [whole.choices[0]!, chunks.at(-1)!.choices[0]!])
      expect(reason.finish_reason).toBe('function_call');
    const result = { role: 'function' as const, name: said.name, content: 'Rain.' };
    const call = { role: 'assistant' as const, content: null, function_call: said };
    const after = await openai.chat.completions.create({
      ...asked,
      functions,
      messages: [...messages, call, result],
    });
    expect(after.choices[0]?.finish_reason).toBe('stop');
  });

  test('answers that must fit a schema', async () => {
    const json_schema = { name: 'place', schema };
    const wish = { ...asked, response_format: { type: 'json_schema' as const, json_schema } };
    const whole = await openai.chat.completions.create(wish);
    const streamed = await openai.chat.completions.stream(wish).finalChatCompletion();
    for (const { choices } of [whole, streamed])
      expect(choices[0]).toMatchObject({
        message: { content: '{"city":"sample city"}' },
        finish_reason: 'stop',
      });
  });

  test('errors are in the words of its SDK', async () => {
    const fail = (changes: object): Promise<unknown> =>
      openai.chat.completions.create({ ...asked, ...changes }).catch((error: unknown) => error);
    expect(await fail({ seed: 7 })).toMatchObject({ status: 400, param: 'seed' });
    await played.fault({ kind: 'http', status: 529, times: 9 });
    expect(await fail({})).toMatchObject({ status: 529 });
  });
});
