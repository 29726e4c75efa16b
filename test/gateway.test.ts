import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import {
  STREAM,
  type Script,
  USAGE,
  WHOLE,
  answer,
  chunk,
  sendEvents,
  sendJson,
  startUpstream,
} from './kit/upstream.ts';

const closing = closedAfterEach();

/** Three deployments of one scripted upstream, behind a gateway. */
const world = async (script: Script = answer, more: Partial<LoadedConfig> = {}) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const rows = ['PJ1', 'PJ2', 'PJ3'].map((name) => deployment(name, upstream.url));
  const gateway = await startGateway(configOf(rows, more));
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

const keyOf = (headers: { authorization?: string | undefined }) =>
  headers.authorization?.replace('Bearer sk-secret-', '');

describe('a whole reply', () => {
  it('comes back byte for byte, with who served it in the headers', async () => {
    const { gateway, upstream } = await world();
    const reply = await gateway.chat({ temperature: 0.3, vendor_field: { a: [1] } });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toBe(JSON.stringify(WHOLE));
    const [call] = upstream.calls;
    expect(call!.path).toBe('/v1/chat/completions');
    expect(call!.body).toMatchObject({
      model: 'gpt-4.1-upstream',
      temperature: 0.3,
      vendor_field: { a: [1] },
    });
    expect(call!.body).not.toHaveProperty('stream_options');
    const name = keyOf(call!.headers);
    const { headers } = reply;
    expect(headers.get('x-spillway-deployment')).toBe(name);
    expect(headers.get('x-litellm-model-id')).toBe(`id-${name}`);
    expect(headers.get('x-litellm-model-group')).toBe('gpt-4.1');
    expect(headers.get('x-litellm-version')).toBe('9.9.9');
    expect(headers.get('x-litellm-attempted-retries')).toBe('0');
    expect(headers.get('x-litellm-attempted-fallbacks')).toBe('0');
    expect(headers.get('x-litellm-call-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(headers.get('x-litellm-response-duration-ms'))).toBeGreaterThan(0);
    expect(Number(headers.get('x-litellm-overhead-duration-ms'))).toBeGreaterThanOrEqual(0);
    expect(headers.get('x-spillway-attempts')).toBe('1');
    expect(headers.get('x-spillway-queue-ms')).toBe('0');
    expect(headers.get('x-spillway-decision')).toContain(`chose ${name} of PJ1 PJ2 PJ3`);
    expect(headers.get('server-timing')).toMatch(
      /^queue;dur=0, upstream;dur=[\d.]+, total;dur=[\d.]+$/,
    );
  });

  it('keeps what speaks to the gateway from the vendor, and lets no client choose key or place', async () => {
    const { gateway, upstream } = await world();
    await gateway.chat({
      num_retries: 1,
      api_base: 'http://evil.test',
      api_key: 'sk-evil',
      tags: ['a'],
      metadata: { trace_id: 't', tags: ['a'] },
    });
    expect(Object.keys(upstream.calls[0]!.body).toSorted()).toEqual(['messages', 'model']);
    expect(upstream.calls[0]!.headers.authorization).toMatch(/^Bearer sk-secret-PJ/);
    const stored = { store: true, metadata: { a: 'b' } };
    await gateway.chat(stored);
    expect(upstream.calls[1]!.body).toMatchObject(stored);
  });

  it('puts an extra body into the body, and looks at it like the rest', async () => {
    const { gateway, upstream } = await world();
    await gateway.chat({ extra_body: { guided: 1, api_base: 'http://evil.test' }, seed: 2 });
    const { messages: _messages, model: _model, ...sent } = upstream.calls[0]!.body;
    expect(sent).toEqual({ guided: 1, seed: 2 });
    const wrong = await gateway.chat({ extra_body: { n: 0 } });
    expect([wrong.status, upstream.calls.length]).toEqual([400, 1]);
  });

  it('leaves out of a request for embeddings what is to be dropped', async () => {
    const vectors = { object: 'list', data: [], usage: { prompt_tokens: 1, total_tokens: 1 } };
    const { gateway, upstream } = await world((_, res) => sendJson(res, 200, vectors));
    const asked = { model: 'gpt-4.1', input: 'Hi', encoding_format: 'float', dimensions: 4 };
    const additional_drop_params = ['encoding_format'];
    const reply = await gateway.post('/v1/embeddings', { ...asked, additional_drop_params });
    expect(reply.headers.get('x-spillway-dropped-params')).toBe('encoding_format');
    expect(upstream.calls[0]!.body).toEqual({
      model: 'gpt-4.1-upstream',
      input: 'Hi',
      dimensions: 4,
    });
  });

  it('keeps a client’s own call id when it is fit for a header', async () => {
    const { gateway } = await world();
    const reply = await gateway.chat({}, { 'x-litellm-call-id': 'run-7.a:b' });
    expect(reply.headers.get('x-litellm-call-id')).toBe('run-7.a:b');
    const odd = await gateway.chat({}, { 'x-litellm-call-id': 'a b<c>' });
    expect(odd.headers.get('x-litellm-call-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sends the defaults of a deployment unless the caller says otherwise', async () => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const more = {
      defaults: { temperature: 1, seed: 7 },
      extraHeaders: { 'X-Team': 'a' },
      organization: 'org-1',
    };
    const gateway = await startGateway(configOf([deployment('PJ1', upstream.url, more)]));
    closing.push(() => gateway.close());
    await gateway.chat({ temperature: 0 });
    expect(upstream.calls[0]!.body).toMatchObject({ temperature: 0, seed: 7 });
    expect(upstream.calls[0]!.headers).toMatchObject({
      'x-team': 'a',
      'openai-organization': 'org-1',
    });
  });
});

describe('a streamed reply', () => {
  const frames = (events: readonly string[]) =>
    events.map((event) => `data: ${event}\n\n`).join('');

  it('passes each event untouched in our framing, and keeps unasked usage to itself', async () => {
    const { gateway, upstream } = await world();
    const reply = await gateway.chat({ stream: true });
    expect(reply.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await reply.text()).toBe(frames(STREAM.filter((event) => !event.includes('"usage"'))));
    expect(upstream.calls[0]!.body['stream_options']).toEqual({ include_usage: true });
  });

  it('gives usage to a client that asks, and to all by option', async () => {
    const asked = await world();
    const reply = await asked.gateway.chat({
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(await reply.text()).toBe(frames(STREAM));
    const always = await world(answer, { streams: { alwaysIncludeUsage: true } });
    expect(await (await always.gateway.chat({ stream: true })).text()).toBe(frames(STREAM));
  });

  it('does not ask for usage where a vendor refuses to be asked', async () => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const row = deployment('PJ1', upstream.url, { provider: 'mistral' });
    const gateway = await startGateway(configOf([row]));
    closing.push(() => gateway.close());
    await (await gateway.chat({ stream: true, stream_options: { include_usage: true } })).text();
    expect(upstream.calls[0]!.body).not.toHaveProperty('stream_options');
  });

  it('turns CRLF, comments and event names of an upstream into plain LF data lines', async () => {
    const { gateway } = await world((_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(': hello\r\n\r\n');
      for (const event of STREAM) res.write(`event: message\r\nid: 4\r\ndata:${event}\r\n\r\n`);
      res.end();
    });
    const text = await (await gateway.chat({ stream: true })).text();
    expect(text).toBe(frames(STREAM.filter((event) => !event.includes('"usage"'))));
  });

  it('adds the end mark that a finished upstream forgot', async () => {
    const { gateway } = await world((_, res) => {
      sendEvents(res, STREAM.slice(0, 4));
      res.end();
    });
    const text = await (await gateway.chat({ stream: true })).text();
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('never lets what broke off look complete', async () => {
    const { gateway } = await world((_, res) => {
      sendEvents(res, STREAM.slice(0, 2));
      setImmediate(() => res.destroy());
    });
    const text = await (await gateway.chat({ stream: true })).text();
    expect(text).not.toContain('[DONE]');
    const last = JSON.parse(text.trim().split('\n\n').at(-1)!.slice('data: '.length));
    expect(last.error).toMatchObject({ code: '502' });
    expect(last.error.message).toMatch(/\(id [0-9a-f]{8}\)$/);
  });

  it('goes elsewhere while nothing has been said: an error after 200, an empty stream', async () => {
    let calls = 0;
    const { gateway, upstream } = await world((call, res) => {
      calls++;
      if (calls === 1)
        return sendEvents(res, [
          chunk({ role: 'assistant' }),
          '{"error":{"message":"overloaded"}}',
        ]);
      if (calls === 2)
        return void res.writeHead(200, { 'content-type': 'text/event-stream' }).end();
      return answer(call, res);
    });
    const reply = await gateway.chat({ stream: true });
    expect(await reply.text()).toContain('[DONE]');
    expect(reply.headers.get('x-spillway-attempts')).toBe('3');
    expect(new Set(upstream.calls.map((call) => keyOf(call.headers))).size).toBe(3);
  });

  it.each([
    [400, { type: 'invalid_request_error', code: 'tool_use_failed' }],
    [429, { type: 'rate_limit_error', code: null }],
    [429, { type: 'tokens', code: 'rate_limit_exceeded' }],
  ])('has status %d where a stream begins with such an error: %j', async (status, said) => {
    const { gateway } = await world((_, res) =>
      sendEvents(res, [JSON.stringify({ error: { message: 'Not this.', ...said } })]),
    );
    const reply = await gateway.chat({ stream: true }, { 'x-queue-timeout': '0' });
    expect([reply.status, await reply.text()]).toEqual([
      status,
      expect.stringContaining('Not this.') as string,
    ]);
  });
});

describe('failures before the commit point', () => {
  const failFirst = (status: number, body: unknown, times = 1): Script => {
    let calls = 0;
    return (call, res) => (calls++ < times ? sendJson(res, status, body) : answer(call, res));
  };
  const error = (message: string) => ({ error: { message, type: 'x', code: 'y' } });

  it.each([429, 500, 503, 401])('another deployment answers after a %i', async (status) => {
    const { gateway, upstream } = await world(failFirst(status, error('no')));
    const reply = await gateway.chat();
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-litellm-attempted-retries')).toBe('1');
    expect(new Set(upstream.calls.map((call) => keyOf(call.headers))).size).toBe(2);
  });

  it('a refused request comes back at once, with the vendor’s words and none of its secrets', async () => {
    const words = 'max_tokens is too large, see https://api.vendor.test/docs; key sk-abc123def456';
    const { gateway, upstream } = await world((_, res) => sendJson(res, 400, error(words)));
    const reply = await gateway.chat();
    expect(reply.status).toBe(400);
    const { error: body } = (await reply.json()) as { error: Record<string, string> };
    expect(body).toMatchObject({ type: 'invalid_request_error', code: '400' });
    expect(body['message']).toContain('max_tokens is too large');
    expect(body['message']).not.toMatch(/vendor\.test|sk-abc/);
    expect(upstream.calls).toHaveLength(1);
  });

  it.each(['correct-horse-battery', 'horse'])(
    'shows neither its key nor its place when the vendor repeats them: %s',
    async (apiKey) => {
      const said = `the key ${apiKey} is unknown to localhost, sorry`;
      const upstream = await startUpstream((call, res) => {
        if (!call.body['stream']) return sendJson(res, 400, error(said));
        sendEvents(res, [...STREAM.slice(0, 2), JSON.stringify(error(said))]);
        return void res.end();
      });
      closing.push(() => upstream.close());
      const place = upstream.url.replace('127.0.0.1', 'localhost');
      const plain = deployment('PJ1', place, { apiKey });
      const gateway = await startGateway(configOf([plain]));
      closing.push(() => gateway.close());
      for (const stream of [false, true]) {
        const text = await (await gateway.chat({ stream })).text();
        expect(text).toContain('the key [key] is unknown to [address], sorry');
        expect(text + JSON.stringify(gateway.log.lines)).not.toMatch(/horse|localhost/);
      }
    },
  );

  it('says 429 with the wait when all keys refuse', async () => {
    const { gateway, upstream } = await world((_, res) => {
      res.setHeader('retry-after-ms', '1500');
      sendJson(res, 429, error('Rate limit reached'));
    });
    const reply = await gateway.chat({ num_retries: 2 }, { 'x-queue-timeout': '0' });
    expect(reply.status).toBe(429);
    const waitMs = Number(reply.headers.get('retry-after-ms'));
    expect(waitMs).toBeGreaterThan(1_000);
    expect(reply.headers.get('retry-after')).toBe(String(Math.ceil(waitMs / 1000)));
    expect(((await reply.json()) as { error: { type: string } }).error.type).toBe(
      'throttling_error',
    );
    expect(upstream.calls).toHaveLength(3);
  });

  it('goes on when a connection is reset or refused', async () => {
    let calls = 0;
    const { gateway } = await world((call, res) =>
      calls++ < 2 ? void res.socket!.destroy() : answer(call, res),
    );
    expect((await gateway.chat()).status).toBe(200);
  });

  it.each([{}, { error: { message: 'odd' } }, { code: 1001, message: 'odd' }])(
    'goes elsewhere after a 200 without an answer: %j',
    async (body) => {
      const { gateway } = await world(failFirst(200, body));
      const reply = await gateway.chat();
      expect(await reply.json()).toEqual(WHOLE);
      expect(reply.headers.get('x-spillway-attempts')).toBe('2');
    },
  );

  it('takes HTML for what it is and shows none of it', async () => {
    const { gateway } = await world((_, res) => void res.writeHead(200).end('<html>secret</html>'));
    const reply = await gateway.chat();
    expect(reply.status).toBe(502);
    expect(await reply.text()).not.toContain('html');
  });

  it('ends what never begins at its own time, and reports 408', async () => {
    const { gateway } = await world(() => {}, {
      timeouts: { connectMs: 500, firstByteMs: 30, betweenChunksMs: 30 },
    });
    const reply = await gateway.chat({ stream: true });
    expect(reply.status).toBe(408);
    expect((await gateway.chat({ timeout: 0.03, num_retries: 0 })).status).toBe(408);
  });

  it('gives each deployment the whole of its configured time, and a caller no more than its own', async () => {
    let calls = 0;
    const upstream = await startUpstream((call, res) => {
      if (calls++ % 2 === 1) return answer(call, res);
    });
    closing.push(() => upstream.close());
    const rows = ['PJ1', 'PJ2'].map((name) => deployment(name, upstream.url, { timeoutMs: 60 }));
    const gateway = await startGateway(configOf(rows));
    closing.push(() => gateway.close());
    expect((await gateway.chat()).headers.get('x-spillway-attempts')).toBe('2');
    expect((await gateway.chat({ timeout: 0.06 })).status).toBe(408);
    expect(upstream.calls).toHaveLength(3);
  });

  it('leaves no call in flight behind', async () => {
    const { gateway } = await world(failFirst(500, error('no'), 20));
    await Promise.all(
      Array.from({ length: 12 }, () => gateway.chat({ stream: true }).then((r) => r.text())),
    );
    const inFlight = gateway.gateway.quota().accounts.map((account) => account.inFlight);
    expect(inFlight).toEqual([0, 0, 0]);
  });
});

describe('the openai SDK', () => {
  const client = (url: string) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
  const question = { model: 'gpt-4.1', messages: [{ role: 'user' as const, content: 'Hi' }] };

  it('reads whole and streamed replies, and models', async () => {
    const { gateway } = await world();
    const openai = client(gateway.url);
    const whole = await openai.chat.completions.create(question);
    expect(whole.choices[0]!.message.content).toBe('Hello world');
    const stream = await openai.chat.completions.create({
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: unknown;
    for await (const part of stream) {
      text += part.choices[0]?.delta.content ?? '';
      usage = part.usage ?? usage;
    }
    expect(text).toBe('Hello world');
    expect(usage).toEqual(USAGE);
    const names = [];
    for await (const model of openai.models.list()) names.push(model.id);
    expect(names).toEqual(['gpt-4.1']);
  });

  it('gets its own kinds of error', async () => {
    const { gateway } = await world();
    const wrongKey = new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: 'sk-wrong',
      maxRetries: 0,
    });
    await expect(wrongKey.chat.completions.create(question)).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
    const unknown = client(gateway.url).chat.completions.create({ ...question, model: 'gpt-9' });
    await expect(unknown).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });
});
