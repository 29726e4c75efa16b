import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ScriptedUpstream, answer, startUpstream } from './kit/upstream.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';

let upstream: ScriptedUpstream;
let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeEach(async () => {
  upstream = await startUpstream(answer);
  const row = deployment('A', upstream.url, { extraHeaders: { 'X-Team': 'ours' } });
  const claude = deployment('B', upstream.url.replace(/\/v1$/, ''), {
    group: 'claude',
    provider: 'anthropic',
    extraHeaders: { 'anthropic-beta': 'a' },
  });
  gateway = await startGateway(configOf([row, claude]));
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

test('a body’s extra_headers reach the vendor, and stay out of its body', async () => {
  const extra_headers = { 'X-Trace': 'abc', 'x-count': 3, 'X-Team': 'theirs' };
  const reply = await gateway.chat({ extra_headers });
  expect(reply.status).toBe(200);
  const [call] = upstream.calls;
  // What the config says holds.
  expect(call!.headers).toMatchObject({ 'x-trace': 'abc', 'x-count': '3', 'x-team': 'ours' });
  expect(call!.headers.authorization).toBe('Bearer sk-secret-A');
  expect(call!.body).not.toHaveProperty('extra_headers');
});

test('those that a vendor listens to are added to the config’s, and go to no other', async () => {
  const extra_headers = { 'anthropic-beta': 'b' };
  const messages = [{ role: 'user', content: 'Hi' }];
  await gateway.post('/v1/chat/completions', { model: 'claude', messages, extra_headers });
  expect(upstream.calls.at(-1)!.headers['anthropic-beta']).toBe('a,b');
  await gateway.chat({ extra_headers });
  expect(upstream.calls.at(-1)!.headers).not.toHaveProperty('anthropic-beta');
});

test.each([
  'Authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'X-Goog-User-Project',
  'openai-organization',
  'OpenAI-Project',
  'x-amz-security-token',
  'Host',
  'Connection',
  'transfer-encoding',
  'content-length',
  'content-type',
  'cookie',
  'proxy-authorization',
  'x-forwarded-for',
  'a b',
])('%s is refused by its name, and nothing is sent', async (name) => {
  const reply = await gateway.chat({ extra_headers: { [name]: 'x' } });
  expect(reply.status).toBe(400);
  expect(await reply.json()).toMatchObject({ error: { param: `extra_headers.${name}` } });
  expect(upstream.calls).toEqual([]);
});

test('a client’s own headers go along only where the config says so', async () => {
  const headers = {
    'x-trace': 'abc',
    'x-stainless-lang': 'js',
    'x-litellm-tags': 'a',
    'x-forwarded-for': '10.0.0.1',
    'x-auth-token': 'secret',
    'x-door': 'of the gateway',
    traceparent: '00-1',
  };
  await gateway.chat({}, headers);
  expect(upstream.calls[0]!.headers).not.toHaveProperty('x-trace');
  const row = deployment('A', upstream.url);
  const forwarding = await startGateway(
    configOf([row], { forwardsHeaders: true, keyHeader: 'x-door' }),
  );
  const opened = { ...headers, 'x-door': MASTER_KEY };
  await forwarding.chat({ extra_headers: { 'x-more': '1' } }, opened);
  await forwarding.close();
  const said = upstream.calls[1]!.headers;
  expect(said).toMatchObject({ 'x-trace': 'abc', 'x-more': '1' });
  for (const name of Object.keys(headers).filter((each) => each !== 'x-trace'))
    expect(said).not.toHaveProperty(name);
});

test.each([['x'], [{ a: 'b\r\nc: d' }], [{ a: ['b'] }], [{ a: '猫' }]])(
  '%j carries none',
  async (extra_headers) => {
    const reply = await gateway.chat({ extra_headers });
    expect(reply.status).toBe(400);
    expect(upstream.calls).toEqual([]);
  },
);
