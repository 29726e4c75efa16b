import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MASTER_KEY } from '../kit/gateway.ts';
import { WAYS, faultlessWorlds } from './kit.ts';

const world = faultlessWorlds();

/** Every error: LiteLLM's envelope, a text that ends with a short id, no key, no address. */
const expectError = async (reply: Response, status: number) => {
  expect(reply.status).toBe(status);
  const text = await reply.text();
  expect(text).not.toMatch(/sk-secret|127\.0\.0\.1|at .*\.ts/);
  const { error } = JSON.parse(text) as { error: Record<string, string | null> };
  expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  expect(error['code']).toBe(String(status));
  expect(error['message']).toMatch(/ \(id [\w.:-]{1,8}\)$/);
  return error;
};

/** Of an answer, by whether it is a stream. */
const TYPES = new Map([
  [false, 'application/json'],
  [true, 'text/event-stream; charset=utf-8'],
]);

const raw = (url: string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });

describe('bodies', () => {
  const bad: [string, string][] = [
    ['42 empty', ''],
    ['42 not JSON', 'hello'],
    ['42 cut off', '{"model": "gpt-4.1"'],
    ['42 trailing garbage', '{"model": "gpt-4.1", "messages": []} x'],
    ['42 NaN', '{"model": NaN}'],
    ['42 a comment', '{/* hi */}'],
    ['42 an array', '[]'],
    ['42 null', 'null'],
    ['42 a text', '"gpt-4.1"'],
    ['43 100,000 deep', '['.repeat(100_000)],
    ['43 65 deep', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`],
    ['42 a byte-order mark and nothing', '\u{feff}'],
  ];
  it.each(bad)('%s is 400', async (_, body) => {
    const { gateway, upstream } = await world();
    const error = await expectError(await gateway.post('/v1/chat/completions', body), 400);
    expect(error['type']).toBe('invalid_request_error');
    expect(error['param']).toBe('request_body');
    expect(upstream.calls).toHaveLength(0);
  });

  const messages = [{ role: 'user', content: 'Hi' }];
  const wrong: [string, object, string][] = [
    ['no model', { messages }, 'model'],
    ['an empty model', { model: '', messages }, 'model'],
    ['a model that is no text', { model: 4, messages }, 'model'],
    ['an unknown model', { model: 'gpt-9', messages }, 'model'],
    ['a path for a model', { model: '../admin', messages }, 'model'],
    ['no messages', { model: 'gpt-4.1' }, 'messages'],
    ['messages of a wrong kind', { model: 'gpt-4.1', messages: 'Hi' }, 'messages'],
    ['a message of a wrong kind', { model: 'gpt-4.1', messages: ['Hi'] }, 'messages.0'],
    ['a message without a role', { model: 'gpt-4.1', messages: [{}] }, 'messages.0.role'],
    ['stream as a text', { model: 'gpt-4.1', messages, stream: 'true' }, 'stream'],
    ['max_tokens as a text', { model: 'gpt-4.1', messages, max_tokens: '5' }, 'max_tokens'],
    ['negative max_tokens', { model: 'gpt-4.1', messages, max_tokens: -1 }, 'max_tokens'],
    ['absurd max_tokens', { model: 'gpt-4.1', messages, max_tokens: 1e308 }, 'max_tokens'],
    ['n of zero', { model: 'gpt-4.1', messages, n: 0 }, 'n'],
    ['a negative timeout', { model: 'gpt-4.1', messages, timeout: -1 }, 'timeout'],
    ['num_retries of a wrong kind', { model: 'gpt-4.1', messages, num_retries: {} }, 'num_retries'],
  ];
  it.each(wrong)('47 %s is 400 and names the field', async (_, body, param) => {
    const { gateway, upstream } = await world();
    for (const stream of [false, true]) {
      const reply = await gateway.post('/chat/completions', { stream, ...body });
      const error = await expectError(reply, 400);
      expect(error['param']).toBe(param);
    }
    expect(upstream.calls).toHaveLength(0);
  });

  it('an empty model is told which there are: callers of some programs cannot look', async () => {
    const { gateway } = await world();
    const error = await expectError(await gateway.chat({ model: '' }), 400);
    expect(error['message']).toContain('here: gpt-4.1.');
  });

  it('47 null stands for nothing', async () => {
    const { gateway } = await world();
    expect((await gateway.chat({ stream: null, max_tokens: null, n: null })).status).toBe(200);
  });

  it('41 too large is 413, announced or not', async () => {
    const { gateway } = await world();
    await expectError(await gateway.post('/v1/chat/completions', 'x'.repeat(1_000_001)), 413);
    const gigabyte =
      `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${MASTER_KEY}\r\n` +
      'content-length: 1000000000\r\n\r\n{';
    expect(await raw(gateway.url, gigabyte)).toMatch(/^HTTP\/1\.1 413 [^]*"code":"413"/);
    let left = 200;
    const unannounced = new ReadableStream({
      pull: (to) => (left-- > 0 ? to.enqueue(Buffer.alloc(65_536, 120)) : to.close()),
    });
    const sent = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      body: unannounced,
      duplex: 'half',
    }).catch((error: Error) => error);
    // The socket is closed under the sender: what it sees first is up to it.
    if (sent instanceof Response) await expectError(sent, 413);
    expect((await gateway.chat()).status).toBe(200);
  });

  it.each(WAYS)('44 duplicate keys mean their last value to everybody: %s', async (_, stream) => {
    const { gateway, upstream } = await world();
    const body =
      `{"model":"gpt-9","model":"gpt-4.1","messages":[],"stream":${!stream},"stream":${stream},` +
      '"temperature":1,"temperature":0}';
    const reply = await gateway.post('/v1/chat/completions', body);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, TYPES.get(stream)]);
    expect(upstream.calls[0]!.body).toMatchObject({ temperature: 0, stream });
  });

  it.each(WAYS)('45 prototype keys are plain data: %s', async (_, stream) => {
    const { gateway, upstream } = await world();
    const said = stream ? '"stream":true,' : '';
    const body =
      `{"model":"gpt-4.1","messages":[],${said}"__proto__":{"stream":${!stream}},` +
      '"constructor":{"prototype":{"x":1}}}';
    const reply = await gateway.post('/v1/chat/completions', body);
    expect(reply.headers.get('content-type')).toBe(TYPES.get(stream));
    expect(Object.hasOwn(upstream.calls[0]!.body, '__proto__')).toBe(true);
    expect(upstream.calls[0]!.body['stream']).toBe(stream || undefined);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each(WAYS)('46 any text in a prompt arrives as it was: %s', async (_, stream) => {
    const { gateway, upstream } = await world();
    const content = 'NUL \u0000, lone \ud800, 😀, \u202eRTL, "quoted" \\ 日本語';
    await gateway.chat({ stream, messages: [{ role: 'user', content }] });
    const [message] = upstream.calls[0]!.body['messages'] as { content: string }[];
    expect(message!.content).toBe(content);
  });
});

describe('ways in', () => {
  it('80 unknown paths are 404, other methods 405', async () => {
    const { gateway } = await world();
    for (const path of [
      '/',
      '/v1',
      '/v1/chat/completions/',
      '//v1/models',
      '/v1/%6dodels',
      '/../etc',
    ])
      await expectError(await gateway.post(path, {}), 404);
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const reply = await fetch(`${gateway.url}/v1/chat/completions`, { method });
      expect(reply.headers.get('allow')).toBe('POST');
      expect(reply.headers.has('access-control-allow-origin')).toBe(false);
      await expectError(reply, 405);
    }
    const head = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([405, '']);
  });

  it.each([
    ['x-litellm-api-key', MASTER_KEY],
    ['x-litellm-api-key', `Bearer ${MASTER_KEY}`],
    ['authorization', `Bearer ${MASTER_KEY}`],
    ['authorization', `bearer ${MASTER_KEY}`],
    ['authorization', `Basic ${MASTER_KEY}`],
    ['api-key', MASTER_KEY],
    ['x-api-key', MASTER_KEY],
    ['x-goog-api-key', MASTER_KEY],
    ['ocp-apim-subscription-key', MASTER_KEY],
  ])('57 %s may carry the key', async (header, value) => {
    const { gateway } = await world();
    const get = (headers: Record<string, string>) => fetch(`${gateway.url}/v1/models`, { headers });
    expect((await get({ [header]: value })).status).toBe(200);
    const error = await expectError(
      await get({ [header]: value.replace('sk-test', 'sk-tess') }),
      401,
    );
    expect(error['type']).toBe('token_not_found_in_db');
  });

  it('no key, an empty one and one without a scheme are 401', async () => {
    const { gateway } = await world();
    for (const headers of [{}, { authorization: '' }, { authorization: MASTER_KEY }])
      await expectError(await fetch(`${gateway.url}/models`, { headers }), 401);
  });

  it('42 asks for the key before it reads anything', async () => {
    const { gateway } = await world();
    const reply = await fetch(`${gateway.url}/v1/embeddings`, { method: 'POST', body: '{' });
    await expectError(reply, 401);
  });

  it('probes need no key', async () => {
    const { gateway } = await world();
    for (const path of ['/health/liveliness', '/health/liveness'])
      expect(await (await fetch(gateway.url + path)).json()).toBe("I'm alive!");
    const ready = await (await fetch(`${gateway.url}/health/readiness`)).json();
    expect(ready).toMatchObject({ status: 'healthy', db: 'Not connected' });
  });

  it('50 52 answers what is no HTTP, and headers that are too large, in the same shape', async () => {
    const { gateway } = await world();
    const parse = (text: string) => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
    const nonsense = await raw(gateway.url, 'NONSENSE\r\n\r\n');
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 /);
    expect(parse(nonsense).error.code).toBe('400');
    const large = await raw(
      gateway.url,
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
    );
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(parse(large).error.code).toBe('431');
    const smuggled = await raw(
      gateway.url,
      'POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
    expect((await gateway.chat()).status).toBe(200);
  });

  it('is no proxy, and minds no expectation', async () => {
    const { gateway } = await world();
    const tunnel = await raw(gateway.url, 'CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n');
    expect(tunnel).toMatch(/^HTTP\/1\.1 405 [^]*"code":"405"/);
    const tea = 'GET /v1/nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: tea\r\n\r\n';
    expect(await raw(gateway.url, tea)).toMatch(/^HTTP\/1\.1 404 [^]*"code":"404"/);
  });

  it('60 keeps every secret out of its log, its metrics and its records', async () => {
    const { gateway } = await world();
    const messages = [{ role: 'user', content: 'canary-prompt' }];
    const ids: string[] = [];
    for (const stream of [false, true]) {
      const reply = await gateway.chat({ stream, messages });
      await reply.text();
      ids.push(reply.headers.get('x-litellm-call-id')!);
      await gateway.chat({ stream, model: 'nope' }, { authorization: 'Bearer sk-canary-key' });
    }
    const log = JSON.stringify(gateway.log.lines);
    expect(log).toContain('answered');
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const paths = ['/metrics', '/spillway/quota', ...ids.map((id) => `/spillway/decisions/${id}`)];
    const told = await Promise.all(
      paths.map(async (path) => {
        const reply = await fetch(gateway.url + path, { headers });
        expect(reply.status).toBe(200);
        return reply.text();
      }),
    );
    expect(log + told.join('')).not.toMatch(/canary|sk-test-master|sk-secret/);
  });
});
