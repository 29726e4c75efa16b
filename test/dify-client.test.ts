import { describe, expect, test, vi } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { DifyPlugin, VERSIONS, pluginPost } from './kit/dify-plugin.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import {
  STREAM,
  type Script,
  USAGE,
  answer,
  chunk,
  sendEvents,
  sendJson,
  startUpstream,
} from './kit/upstream.ts';

/*
 * What Dify's OpenAI-compatible plugin sends and understands, its older versions included: it splits
 * at blank lines, wants `data: ` before each payload, and gives up at the first that is not JSON.
 */

const closing = closedAfterEach();

const world = async (script: Script = answer, more: Partial<LoadedConfig> = {}) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const rows = ['PJ1', 'PJ2', 'PJ3'].map((name) => deployment(name, upstream.url));
  const gateway = await startGateway(configOf(rows, more));
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

interface Chunk {
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[];
  readonly usage?: unknown;
  readonly error?: unknown;
}

/** Reads a stream as the plugin does; throws where the plugin would stop in the middle. */
const pluginReads = (text: string) => {
  let content = '';
  let usage: unknown;
  let error: unknown;
  const pieces = text.split('\n\n');
  if (pieces.pop() !== '') throw new Error('the stream does not end with a blank line');
  for (const piece of pieces) {
    if (piece.startsWith(':')) continue;
    if (!piece.startsWith('data: ')) throw new Error(`not an event for the plugin: ${piece}`);
    const data = piece.slice('data: '.length);
    if (data === '[DONE]') continue;
    const { choices, ...rest } = JSON.parse(data) as Chunk;
    if (rest.error) error = rest.error;
    else if (!choices) throw new Error(`neither choices nor an error: ${data}`);
    usage = rest.usage ?? usage;
    content += choices?.[0]?.delta.content ?? '';
  }
  return { content, usage, error, isDone: pieces.at(-1) === 'data: [DONE]' };
};

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  pluginPost(url, body, { headers: { authorization: `Bearer ${MASTER_KEY}`, ...headers } });

const messages = [{ role: 'user', content: 'Hi' }];
const ping = { model: 'gpt-4.1', max_tokens: 5, messages: [{ role: 'user', content: 'ping' }] };
const ask = { model: 'gpt-4.1', messages, stream: true, user: 'someone-7' };

describe('saving a model', () => {
  test.each(['/chat/completions', '/v1/chat/completions'])(
    'a ping to %s is answered whole',
    async (path) => {
      const { gateway } = await world();
      const { status, text } = await post(gateway.url + path, ping);
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ object: 'chat.completion', usage: USAGE });
    },
  );

  test.each([
    ['openai', 'o3'],
    ['openai', 'gpt-5-mini'],
    ['azure', 'o_series/mine'],
  ])(
    'a ping to %s/%s is capped by the only name that such models know',
    async (provider, model) => {
      const upstream = await startUpstream(answer);
      closing.push(() => upstream.close());
      const base = upstream.url.replace(/\/v1$/, '');
      const gateway = await startGateway(configOf([deployment('a', base, { provider, model })]));
      closing.push(() => gateway.close());
      expect((await post(`${gateway.url}/v1/chat/completions`, ping)).status).toBe(200);
      expect(upstream.calls[0]!.body).toMatchObject({ max_completion_tokens: 16 });
      expect(upstream.calls[0]!.body).not.toHaveProperty('max_tokens');
    },
  );

  test.each(VERSIONS)('version %s saves a model that thinks, by its own name', async (version) => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const more = { group: 'gpt-5-mini', model: 'gpt-5-mini' };
    const gateway = await startGateway(configOf([deployment('a', upstream.url, more)]));
    closing.push(() => gateway.close());
    const settings = { endpoint: `${gateway.url}/v1`, key: MASTER_KEY, model: 'gpt-5-mini' };
    await new DifyPlugin({ version, ...settings }).validate();
    expect(upstream.calls[0]!.body).toMatchObject({ max_completion_tokens: 16 });
    expect(upstream.calls[0]!.body).not.toHaveProperty('max_tokens');
  });

  test('parameters that only some vendors know are passed on', async () => {
    const { gateway, upstream } = await world();
    const odd = {
      chat_template_kwargs: { enable_thinking: false },
      reasoning_format: 'none',
      enable_thinking: false,
    };
    expect((await post(`${gateway.url}/v1/chat/completions`, { ...ask, ...odd })).status).toBe(200);
    expect(upstream.calls[0]!.body).toMatchObject({ ...odd, user: 'someone-7' });
  });
});

describe('a stream', () => {
  test('is chunked, uncompressed, and made of lines that the plugin takes', async () => {
    const { gateway } = await world();
    const reply = await post(`${gateway.url}/v1/chat/completions`, ask);
    expect(reply.headers).toMatchObject({
      'transfer-encoding': 'chunked',
      'content-type': 'text/event-stream; charset=utf-8',
    });
    expect(reply.headers).not.toHaveProperty('content-encoding');
    expect(pluginReads(reply.text)).toEqual({
      content: 'Hello world',
      usage: undefined,
      error: undefined,
      isDone: true,
    });
  });

  test.each([
    ['in CRLF, with comments, names and ids', 'event: message\r\nid: 7\r\ndata:', '\r\n\r\n'],
    ['with CR alone', 'data: ', '\r\r'],
    ['with keep-alives between', ': ping\n\nretry: 5\n\ndata: ', '\n\n'],
  ])('comes so even when the vendor sends it %s', async (_, before, after) => {
    const { gateway } = await world((_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of STREAM) res.write(`${before}${event}${after}`);
      res.end();
    });
    const { text } = await post(`${gateway.url}/v1/chat/completions`, ask);
    expect(pluginReads(text)).toMatchObject({ content: 'Hello world', isDone: true });
    expect(text).not.toMatch(/\r|event:|id:|retry:|ping/);
  });

  test('keeps characters whole that the network cuts in two', async () => {
    const words = ['こんに', 'ちは、', '世界 😀'];
    const { gateway } = await world(async (_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const events = [...words.map((content) => chunk({ content })), ...STREAM.slice(3)];
      const bytes = Buffer.from(events.map((event) => `data: ${event}\n\n`).join(''));
      for (let at = 0; at < bytes.length; at += 7) {
        res.write(bytes.subarray(at, at + 7));
        if (at % 70 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      res.end();
    });
    const { text } = await post(`${gateway.url}/v1/chat/completions`, ask);
    expect(pluginReads(text).content).toBe(words.join(''));
  });

  test('tells usage in a chunk of its own to the versions that ask, and to all by option', async () => {
    const asked = { ...ask, stream_options: { include_usage: true } };
    const { gateway } = await world();
    const reply = await post(`${gateway.url}/v1/chat/completions`, asked);
    expect(pluginReads(reply.text).usage).toEqual(USAGE);
    expect(reply.text).toMatch(/"choices":\[\],"usage":\{"prompt_tokens":5,/);
    const always = await world(answer, { streams: { alwaysIncludeUsage: true } });
    const unasked = await post(`${always.gateway.url}/v1/chat/completions`, ask);
    expect(pluginReads(unasked.text).usage).toEqual(USAGE);
  });

  test.each(VERSIONS)('that waits in line keeps version %s in patience', async (version) => {
    const first = Promise.withResolvers<void>();
    const upstream = await startUpstream(async (call, res) => {
      if (upstream.calls.length === 1) await first.promise;
      await answer(call, res);
    });
    closing.push(() => upstream.close());
    const base = configOf([deployment('PJ1', upstream.url, { maxParallelRequests: 1 })]);
    const queue = { ...base.queue, heartbeatMs: 5 };
    const gateway = await startGateway({ ...base, queue });
    closing.push(() => gateway.close());
    const holding = gateway.chat();
    await vi.waitFor(() => expect(upstream.calls).toHaveLength(1), { interval: 1 });
    const settings = { endpoint: gateway.url, key: MASTER_KEY, model: 'gpt-4.1' };
    let heard = '';
    const hears = (piece: string): void => void (heard += piece);
    const waiting = new DifyPlugin({ version, hears, ...settings }).stream({}, messages);
    await vi.waitFor(() => expect(heard).toContain(': waiting\n\n: waiting\n\n'), { interval: 1 });
    first.resolve();
    expect((await waiting).content).toBe('Hello world');
    expect((await holding).status).toBe(200);
  });

  test('that fails before its first word is a status and JSON', async () => {
    const error = { message: 'bad', type: 'invalid_request_error', code: null };
    const { gateway } = await world((_, res) => sendJson(res, 400, { error }));
    const { status, text } = await post(`${gateway.url}/v1/chat/completions`, ask);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code: '400' } });
  });

  test('that breaks off after it ends with an error that the plugin shows', async () => {
    const { gateway } = await world((_, res) => {
      sendEvents(res, STREAM.slice(0, 2));
      setImmediate(() => res.destroy());
    });
    const { status, text } = await post(`${gateway.url}/v1/chat/completions`, ask);
    expect(status).toBe(200);
    const { content, error, isDone } = pluginReads(text);
    expect(content).toBe('Hello');
    expect(error).toMatchObject({ code: '502', type: 'internal_server_error' });
    expect(isDone).toBe(false);
  });
});

test('six branches at once, each on a connection of its own, are all served', async () => {
  const { gateway, upstream } = await world();
  const replies = await Promise.all(
    Array.from({ length: 6 }, () => post(`${gateway.url}/v1/chat/completions`, ask)),
  );
  for (const { text } of replies) expect(pluginReads(text).content).toBe('Hello world');
  expect(upstream.calls).toHaveLength(6);
});

describe('keys', () => {
  const embeddings = { model: 'gpt-4.1', input: ['a'], encoding_format: 'float' };

  test('an empty one, as the plugin sends it for embeddings, is none', async () => {
    const { gateway } = await world();
    const { status, text } = await post(`${gateway.url}/v1/embeddings`, embeddings, {
      authorization: '',
    });
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'auth_error', code: '401' } });
  });

  test('none is needed where none is configured', async () => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const { masterKey: _, ...keyless } = configOf([deployment('PJ1', upstream.url)]);
    const gateway = await startGateway(keyless);
    closing.push(() => gateway.close());
    const url = `${gateway.url}/v1/chat/completions`;
    expect((await post(url, ping, { authorization: '' })).status).toBe(200);
  });
});
