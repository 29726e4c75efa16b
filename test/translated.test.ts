import { type IncomingMessage, type ServerResponse, request } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { JsonObject } from '#core/json.ts';
import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { runStep } from '#wire/test-kit.ts';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import {
  STREAM,
  type Script,
  answer,
  chunk,
  sendEvents,
  sendJson,
  startUpstream,
} from './kit/upstream.ts';

const closing = closedAfterEach();

/** Deployments of one group, each with an upstream of its own. */
const world = async (
  rows: Readonly<Record<string, { provider: string; script: Script; more?: Partial<Deployment> }>>,
  config: Partial<LoadedConfig> = {},
) => {
  const deployments: Deployment[] = [];
  const upstreams: Awaited<ReturnType<typeof startUpstream>>[] = [];
  for (const [name, { provider, script, more }] of Object.entries(rows)) {
    const upstream = await startUpstream(script);
    closing.push(() => upstream.close());
    upstreams.push(upstream);
    const base = provider === 'openai' ? upstream.url : new URL(upstream.url).origin;
    deployments.push(deployment(name, base, { provider, group: 'group', ...more }));
  }
  const gateway = await startGateway(configOf(deployments, config));
  closing.push(() => gateway.close());
  return { gateway, upstreams };
};

const MESSAGES = [{ role: 'user', content: 'Hi' }];
const asMessages = { model: 'group', max_tokens: 50, messages: MESSAGES };

/** Of server-sent events the types and the data, in order. */
const eventsOf = (text: string): [string, JsonObject][] =>
  text
    .split('\n\n')
    .filter((event) => event.includes('data: {'))
    .map((event) => [
      /^event: (.*)$/m.exec(event)?.[1] ?? '',
      JSON.parse(/^data: (.*)$/m.exec(event)![1]!) as JsonObject,
    ]);

const ANSWER: ChatEvent[] = [
  { type: 'start', id: 'msg_1', model: 'vendor-model', created: 0 },
  { type: 'block-start', index: 0, block: { kind: 'text' } },
  { type: 'block-delta', index: 0, delta: 'Good day.' },
  { type: 'block-end', index: 0 },
  { type: 'usage', usage: { inputTokens: 3, outputTokens: 2 } },
  { type: 'finish', reason: 'stop', raw: 'end_turn' },
];

/** A vendor of the other dialect. */
const messagesVendor: Script = ({ body }, res) => {
  if (body['stream'] !== true) return sendJson(res, 200, anthropicMessages.writeReply(ANSWER));
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const frames = runStep(anthropicMessages.streamWriter({ includeUsage: true }), ANSWER);
  for (const { event, data } of frames) res.write(writeSse(data, event));
  res.end();
};

const failing: Script = (_, res) => sendJson(res, 500, { error: { message: 'Gone.' } });

describe('a caller of messages before a vendor of chats', () => {
  it('hears of a stream that breaks off in its own words, and of no end', async () => {
    const script: Script = (_, res) => {
      sendEvents(res, [...STREAM.slice(0, 2), '{"error":{"message":"Busy.","code":503}}']);
      res.end();
    };
    const { gateway } = await world({ a: { provider: 'openai', script } });
    const reply = await gateway.post('/v1/messages', { ...asMessages, stream: true });
    expect(reply.status).toBe(200);
    const events = eventsOf(await reply.text());
    expect(events.map(([type]) => type)).not.toContain('message_stop');
    expect(events.at(-1)).toMatchObject([
      'error',
      { type: 'error', error: { type: 'overloaded_error' } },
    ]);
  });

  it('hears of what never began in its own words, too', async () => {
    const { gateway } = await world({ a: { provider: 'openai', script: failing } });
    const reply = await gateway.post('/v1/messages', asMessages);
    expect(reply.status).toBe(500);
    expect(await reply.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    const refused = await gateway.post('/v1/messages', asMessages, { authorization: 'Bearer no' });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ type: 'error' });
  });

  it('hears it in LiteLLM’s form where the config wants that', async () => {
    const compat = { independentDraws: false, litellmErrors: true };
    const { gateway } = await world({ a: { provider: 'openai', script: failing } }, { compat });
    const reply = await gateway.post('/v1/messages', asMessages);
    expect(await reply.json()).toMatchObject({ error: { code: '500', param: null } });
  });

  it('gets an answer that has all that was asked, and is told what was dropped', async () => {
    const { gateway, upstreams } = await world({ a: { provider: 'openai', script: answer } });
    const asked = { ...asMessages, system: 'Be brief.', top_k: 3, metadata: { user_id: 'u-1' } };
    const reply = await gateway.post('/v1/messages', asked);
    expect(await reply.json()).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hello world' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
    });
    expect(upstreams[0]!.calls[0]!.body).toMatchObject({
      messages: [{ role: 'system', content: 'Be brief.' }, ...MESSAGES],
      max_tokens: 50,
    });
  });
});

describe('a caller of chats before a vendor of messages', () => {
  const other = { provider: 'anthropic', script: messagesVendor };

  it('gets chunks with an end mark, ids and a time', async () => {
    const { gateway } = await world({ a: other });
    const options = { include_usage: true };
    const reply = await gateway.chat({ model: 'group', stream: true, stream_options: options });
    const text = await reply.text();
    const chunks = eventsOf(text).map(([, data]) => data);
    for (const each of chunks)
      expect(each).toMatchObject({ id: 'msg_1', object: 'chat.completion.chunk' });
    expect(Number(chunks[0]!['created'])).toBeGreaterThan(1_700_000_000);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 5 } });
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('is told by name what the vendor cannot take, or that it was dropped', async () => {
    const { gateway, upstreams } = await world({ a: other });
    const asked = { model: 'group', seed: 7, n: 1, user: 'u' };
    const refused = await gateway.chat(asked);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { param: 'seed' } });
    expect(upstreams[0]!.calls).toHaveLength(0);
    const reply = await gateway.chat({ ...asked, drop_params: true, some_flag: 1 });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-spillway-dropped-params')).toBe('seed, some_flag');
    expect(upstreams[0]!.calls[0]!.body).not.toHaveProperty('seed');
  });

  it('an answer of 200 that is an error is one', async () => {
    const script: Script = (_, res) =>
      sendJson(res, 200, { type: 'error', error: { type: 'overloaded_error', message: 'Busy.' } });
    const { gateway } = await world({ a: { ...other, script } });
    const reply = await gateway.chat({ model: 'group', num_retries: 0 });
    expect(reply.status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(await reply.json())).toContain('Busy.');
  });
});

describe('vendors of two dialects in one group', () => {
  const rows = (script: Script) => ({
    first: { provider: 'openai', script, more: { order: 1 } },
    second: { provider: 'anthropic', script: messagesVendor, more: { order: 2 } },
  });

  it.each([false, true])('stand in for each other (stream: %s)', async (stream) => {
    const { gateway, upstreams } = await world(rows(failing));
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const reply = await gateway.post(path, { ...asMessages, stream });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('x-spillway-deployment')).toBe('second');
      expect(await reply.text()).toContain('Good day.');
    }
    expect(upstreams.map(({ calls }) => calls.length)).toEqual([expect.any(Number), 2]);
  });

  it('a parameter that one of them lacks leads to the other', async () => {
    const { gateway } = await world({
      first: { provider: 'anthropic', script: messagesVendor, more: { order: 1 } },
      second: { provider: 'openai', script: answer, more: { order: 2 } },
    });
    const reply = await gateway.chat({ model: 'group', seed: 7 });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-spillway-deployment')).toBe('second');
  });
});

describe('a translated stream', () => {
  const BIG = chunk({ content: 'x'.repeat(65_536) });
  const EVENTS = 600;

  const ask = (url: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { 'x-api-key': MASTER_KEY, 'content-type': 'application/json' };
      const asking = request(`${url}/v1/messages`, { method: 'POST', headers }, resolve);
      asking.once('error', reject);
      asking.end(JSON.stringify({ ...asMessages, stream: true }));
    });

  it('stops its upstream while nobody reads, and misses nothing', async () => {
    let poured = 0;
    const pour = async (res: ServerResponse): Promise<void> => {
      sendEvents(res, STREAM.slice(0, 2));
      for (; poured < EVENTS; poured++)
        if (!res.write(`data: ${BIG}\n\n`)) await once(res, 'drain');
      sendEvents(res, STREAM.slice(3));
      res.end();
    };
    const { gateway } = await world({ a: { provider: 'openai', script: (_, res) => pour(res) } });
    const reply = await ask(gateway.url);
    for (let before = -1; poured > before;) {
      before = poured;
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    expect(poured).toBeLessThan(EVENTS);
    let bytes = 0;
    let tail = '';
    for await (const piece of reply) {
      bytes += (piece as Buffer).length;
      tail = (tail + (piece as Buffer).toString('latin1')).slice(-200);
    }
    expect(bytes).toBeGreaterThan(EVENTS * 65_536);
    expect(tail).toContain('message_stop');
  });

  it('is cut off when its caller leaves', async () => {
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    const script: Script = (call, res) => {
      sendEvents(res, STREAM.slice(0, 2));
      void call.cutOff.then(resolve);
    };
    const { gateway } = await world({ a: { provider: 'openai', script } });
    const reply = await ask(gateway.url);
    await once(reply, 'data');
    reply.destroy();
    await cut;
  });
});
