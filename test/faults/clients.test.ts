import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '#core/clock.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from '../kit/gateway.ts';
import {
  STREAM,
  type Script,
  WHOLE,
  answer,
  chunk,
  sendEvents,
  sendJson,
  startUpstream,
} from '../kit/upstream.ts';
import { WAYS } from './kit.ts';

const MEBIBYTE = 1024 * 1024;

const closing = closedAfterEach();

interface Of {
  readonly script?: Script;
  readonly row?: Partial<Deployment>;
  readonly clock?: Clock;
  readonly config?: Partial<LoadedConfig>;
}

const world = async ({ script = answer, row = {}, clock, config = {} }: Of = {}) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const base = configOf([deployment('PJ1', upstream.url, row)], config);
  const limits = { ...base.limits, requestBytes: 32 * MEBIBYTE };
  const gateway = await startGateway({ ...base, limits }, clock);
  closing.push(() => gateway.close());
  const inFlight = () => gateway.gateway.quota().accounts.map((account) => account.inFlight);
  return { upstream, gateway, inFlight };
};

const LIMIT = { dimension: 'tokens', amount: 6_000, windowMs: 60_000, refill: 'linear' } as const;

/** A caller who can leave. */
const caller = (url: string, body: object) => {
  const leaving = new AbortController();
  const reply = fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({ model: 'gpt-4.1', messages: [], ...body }),
  });
  reply.catch(() => {});
  return { reply, leave: () => leaving.abort() };
};

/** Connects from an address of this machine and says `begin`, and nothing more. */
const linger = async (url: string, localAddress: string, begin: string) => {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  closing.push(async () => void socket.destroy());
  const heard = { text: '', socket };
  socket.on('data', (data) => (heard.text += data.toString()));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(begin);
  return heard;
};

test('34 one address has only so many connections, and the others are served', async () => {
  const limits = { ...configOf([]).limits, connectionsPerAddress: 20 };
  const { gateway } = await world({ config: { limits } });
  const begun = 'POST /v1/chat/completions HTTP/1.1\r\nh';
  const all = await Promise.all(
    Array.from({ length: 30 }, () => linger(gateway.url, '127.0.0.2', begun)),
  );
  await vi.waitFor(() => expect(all.filter(({ text }) => text !== '')).toHaveLength(10));
  expect(all.find(({ text }) => text !== '')!.text).toMatch(
    /^HTTP\/1\.1 503 [^]*20 connections come from this address/,
  );
  expect((await gateway.chat()).status).toBe(200);
});

test('34 who is refused and does not close its end is cut off all the same', async () => {
  const limits = { ...configOf([]).limits, connections: 1 };
  const { gateway } = await world({ config: { limits } });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  let said = '';
  socket.on('data', (data) => (said += data.toString()));
  socket.on('error', () => {});
  socket.write('no HTTP\r\n\r\n');
  await vi.waitFor(() => expect(said).toMatch(/^HTTP\/1\.1 400 /));
  // It had the only place.
  await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(200), 5_000);
  socket.destroy();
});

test('63 idle connections leave room for calls, and who comes beyond it hears so until some go', async () => {
  const limits = { ...configOf([]).limits, connections: 5 };
  const { gateway } = await world({ config: { limits } });
  const idle = await Promise.all(
    Array.from({ length: 5 }, () => linger(gateway.url, '127.0.0.1', '')),
  );
  const late = await linger(gateway.url, '127.0.0.1', 'GET /health/liveness HTTP/1.1\r\n\r\n');
  await vi.waitFor(() => expect(late.text).toMatch(/^HTTP\/1\.1 503 [^]*limit of open files/));
  idle[0]!.socket.destroy();
  await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(200));
});

test('35 a body that comes too slowly is a 408', async () => {
  const clock = new VirtualClock();
  const { gateway, upstream } = await world({ clock });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.on('data', (data) => (heard += data.toString()));
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${MASTER_KEY}\r\n` +
      `content-length: 100000\r\n\r\n{"model":${' '.repeat(20_000)}`,
  );
  const { lifecycle } = gateway.gateway;
  await vi.waitFor(() => expect(lifecycle.underWay).toBe(1));
  await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(20_000));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await clock.advance(10_000);
  expect(heard).toBe('');
  socket.write(' '.repeat(5_000));
  await clock.advance(10_000);
  await closed;
  expect(heard).toMatch(/^HTTP\/1\.1 408 [^]*slower than 1 KB a second/);
  expect(upstream.calls).toHaveLength(0);
});

test('36 a reader who takes nothing for two minutes is cut off, and its place is free', async () => {
  const clock = new VirtualClock();
  const large = chunk({ content: 'x'.repeat(100_000) });
  const timeouts = { connectMs: 2_000, firstByteMs: 900_000, betweenChunksMs: 900_000 };
  const { gateway, upstream, inFlight } = await world({
    clock,
    config: { timeouts },
    script: (_, res) =>
      sendEvents(res, [...STREAM.slice(0, 2), ...Array.from({ length: 500 }, () => large)]),
  });
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const asking = request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers });
  asking.on('error', () => {});
  asking.end(JSON.stringify({ model: 'gpt-4.1', messages: [], stream: true }));
  // Nobody listens to its data: it reads nothing.
  await new Promise((resolve) => asking.once('response', resolve));
  const isCut = upstream.calls[0]!.cutOff.then(() => true);
  const breath = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 1));
  while (clock.now() < 900_000 && !(await Promise.race([isCut, breath()])))
    await clock.advance(1_000);
  asking.destroy();
  expect(clock.now()).toBeGreaterThanOrEqual(120_000);
  expect(clock.now()).toBeLessThan(900_000);
  expect(Math.max(...inFlight())).toBe(0);
  expect(gateway.log.lines.at(-1)?.fields['code']).not.toBe('timeout');
});

test.each(WAYS)(
  '37 %s: a caller who leaves the line is forgotten at once, and costs no call',
  async (_, stream) => {
    const { gateway, upstream } = await world({
      script: () => {},
      row: { maxParallelRequests: 1 },
    });
    caller(gateway.url, { stream });
    await vi.waitFor(() => expect(upstream.calls).toHaveLength(1));
    const waiting = () =>
      gateway.gateway.quota().lines.reduce((sum, line) => sum + line.requests, 0);
    const second = caller(gateway.url, { stream });
    await vi.waitFor(() => expect(waiting()).toBe(1));
    second.leave();
    await vi.waitFor(() => expect(waiting()).toBe(0));
    expect(upstream.calls).toHaveLength(1);
  },
);

test('39 thirty callers who leave large streams at once free the upstream and every place', async () => {
  const large = chunk({ content: 'x'.repeat(100_000) });
  const { gateway, upstream, inFlight } = await world({
    script: (_, res) =>
      sendEvents(res, [...STREAM.slice(0, 2), ...Array.from({ length: 20 }, () => large)]),
  });
  const callers = Array.from({ length: 30 }, () => caller(gateway.url, { stream: true }));
  for (const { reply } of callers) await (await reply).body!.getReader().read();
  expect(inFlight()).toContain(30);
  for (const { leave } of callers) leave();
  await Promise.all(upstream.calls.map(({ cutOff }) => cutOff));
  await vi.waitFor(() => expect(Math.max(...inFlight())).toBe(0));
  upstream.script = answer;
  expect((await gateway.chat()).status).toBe(200);
});

test('40 a prompt of 10 MB arrives whole', async () => {
  const { gateway, upstream } = await world();
  const content = 'The sky. '.repeat((10 * MEBIBYTE) / 9);
  const reply = await gateway.chat({ messages: [{ role: 'user', content }] });
  expect(reply.status).toBe(200);
  const [message] = upstream.calls[0]!.body['messages'] as { content: string }[];
  expect(message!.content.length).toBe(content.length);
});

test.each(WAYS)(
  '48 %s: many answers at once are counted each: what never fits is refused',
  async (_, stream) => {
    const { gateway, upstream } = await world({ row: { limits: [LIMIT] } });
    const one = await gateway.chat({ stream, max_tokens: 100 });
    expect(one.status).toBe(200);
    const many = await gateway.chat({ stream, max_tokens: 100, n: 128 });
    expect(many.status).toBe(413);
    expect(await many.text()).toMatch(/128 answers of 100 out.*no wait will help/);
    expect(upstream.calls).toHaveLength(1);
  },
);

describe.each(WAYS)('49 %s:', (_way, stream) => {
  test.each([
    ['no messages', { messages: [] }],
    [
      '50,000 messages',
      { messages: Array.from({ length: 50_000 }, () => ({ role: 'user', content: 'Hi' })) },
    ],
    [
      '20,000 tools',
      {
        tools: Array.from({ length: 20_000 }, (_, i) => ({
          type: 'function',
          function: { name: `f${i}`, parameters: {} },
        })),
      },
    ],
  ])('%s go to the vendor, who knows best', async (_, body) => {
    const { gateway, upstream } = await world();
    expect((await gateway.chat({ stream, ...body })).status).toBe(200);
    expect(upstream.calls[0]!.body).toMatchObject({ stream, ...body });
  });
});

test('50 ten thousand headers are refused', async () => {
  const { gateway } = await world();
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  socket.on('error', () => {});
  const headers = Array.from({ length: 10_000 }, (_, i) => `x${i}: y\r\n`).join('');
  socket.write(`GET /v1/models HTTP/1.1\r\nhost: a\r\n${headers}\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
  expect(text).toMatch(/^HTTP\/1\.1 431 [^]*"code":"431"/);
  expect((await gateway.chat()).status).toBe(200);
});

test.each(WAYS)('47 %s: bounds that make no sense leave the ledger whole', async (_, stream) => {
  const { gateway } = await world({ row: { limits: [LIMIT] } });
  for (const max_tokens of [null, 0, 1, '5', -1, 1e308])
    expect([200, 400]).toContain((await gateway.chat({ stream, max_tokens })).status);
  for (const { gauges } of gateway.gateway.quota().accounts)
    for (const { level, capacity } of gauges) {
      expect(level).toBeGreaterThanOrEqual(0);
      expect(level).toBeLessThanOrEqual(capacity);
    }
});

test.each(WAYS)(
  '64 %s: a wall clock that jumps by an hour moves no limit and no time-out',
  async (_, stream) => {
    let jumpMs = 0;
    const clock: Clock = {
      now: () => systemClock.now(),
      wall: () => systemClock.wall() + jumpMs,
      after: (delayMs, callback) => systemClock.after(delayMs, callback),
    };
    const { gateway } = await world({ clock, row: { limits: [LIMIT] } });
    const level = () => gateway.gateway.quota().accounts.flatMap(({ gauges }) => gauges)[0]!.level;
    await gateway.chat({ stream, max_tokens: 1_000 });
    for (const hours of [1, -1, 0]) {
      const before = level();
      jumpMs = hours * 3_600_000;
      expect(Math.abs(level() - before)).toBeLessThan(500);
      expect((await gateway.chat({ stream, max_tokens: 10 })).status).toBe(200);
    }
  },
);

test.each(WAYS)(
  '73 %s: answers outlive a process that was busy with something else',
  async (_, stream) => {
    const { promise: told, resolve: finish } = Promise.withResolvers<void>();
    const { gateway, upstream } = await world({
      async script(__, res) {
        if (stream) sendEvents(res, STREAM.slice(0, 2));
        await told;
        if (!stream) return sendJson(res, 200, WHOLE);
        sendEvents(res, STREAM.slice(2));
        return void res.end();
      },
    });
    const asked = gateway.chat({ stream });
    if (stream) await asked;
    await vi.waitFor(() => expect(upstream.calls).toHaveLength(1));
    const until = performance.now() + 500;
    while (performance.now() < until);
    finish();
    const text = await (await asked).text();
    if (stream) expect(text).toMatch(/\[DONE\]\n\n$/);
    else expect(text).toBe(JSON.stringify(WHOLE));
  },
);

test('75 large bodies are not read while memory is nearly full', async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  let memory: 'none' | 'much' = 'much';
  const config = configOf([deployment('PJ1', upstream.url)]);
  const gateway = await startGateway(config, systemClock, { memory: () => memory });
  closing.push(() => gateway.close());
  const large = { messages: [{ role: 'user', content: 'a'.repeat(300_000) }] };
  const refused = await gateway.chat(large);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  // Who still sends it hears so, on a connection that goes on.
  expect(refused.headers.get('connection')).toBe('keep-alive');
  expect((await gateway.chat()).status).toBe(200);
  memory = 'none';
  expect((await gateway.chat(large)).status).toBe(200);
});
