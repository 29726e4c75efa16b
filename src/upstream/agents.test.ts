import { readFileSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  type Server,
  type Socket,
  connect,
  createServer as createTcpServer,
} from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { type AgentOptions, createAgents } from '#upstream/agents.ts';
import { callUpstream } from '#upstream/call.ts';

/** A certificate that nobody has signed, for vendor.test and 127.0.0.1, and its key. */
const caFile = fileURLToPath(new URL('fixtures/self-signed.pem', import.meta.url));
const pem = readFileSync(caFile);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Listens on a free port until the test is over; returns it. */
const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

const hello: RequestListener = ({ url, headers }, res) => {
  res.end(JSON.stringify({ url, host: headers.host, leaked: headers['proxy-authorization'] }));
};
const tlsVendor = (): Promise<number> => listen(createTlsServer({ cert: pem, key: pem }, hello));

/** A proxy to whom every name means this machine, and what it was asked. */
const startProxy = async (answer: (authority: string) => number | undefined = () => 200) => {
  const asked: { target: string | undefined; user: string | undefined }[] = [];
  const server = createServer((req, res) => {
    asked.push({ target: req.url, user: req.headers['proxy-authorization'] });
    hello(req, res);
  });
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push({ target: url, user: headers['proxy-authorization'] });
    const status = answer(url);
    if (status !== undefined) socket.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`);
    if (status !== 200) return;
    const vendor = connect(Number(url.split(':')[1]), '127.0.0.1');
    socket.pipe(vendor).pipe(socket);
    for (const end of [socket, vendor]) end.on('error', () => socket.destroy());
  });
  return { asked, url: `http://us%40er:pa%3Ass@127.0.0.1:${await listen(server)}` };
};

const USER = `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`;

/** One request; what came back, or what went wrong. */
const ask = (origin: string, options: Partial<AgentOptions> = {}): Promise<unknown> => {
  const { clock = systemClock } = options;
  const tls = { verify: true };
  const agents = createAgents({ clock, connectMs: 2_000, tls, proxy: {}, ...options });
  closing.push(() => agents.close());
  const { promise, resolve } = Promise.withResolvers<unknown>();
  let text = '';
  const request = {
    agent: agents.of(origin),
    origin,
    path: '/v1/x',
    headers: { authorization: 'Bearer sk-1' },
    body: '{}',
    startedAt: clock.now(),
    timeouts: { betweenChunksMs: 10_000, totalMs: 10_000 },
    signal: new AbortController().signal,
  };
  callUpstream(clock, request, {
    head() {},
    data: (chunk) => void (text += chunk.toString()),
    end: () => resolve(JSON.parse(text)),
    failed: ({ kind, error }) => resolve(`${kind}: ${error.message}`),
  });
  return promise;
};

describe('through a proxy', () => {
  test('a vendor with TLS is reached by a tunnel, in which the proxy reads nothing', async () => {
    const port = await tlsVendor();
    const proxy = await startProxy();
    const options = { tls: { verify: true, caFile }, proxy: { https: proxy.url } };
    const host = `vendor.test:${port}`;
    expect(await ask(`https://${host}`, options)).toEqual({ url: '/v1/x', host });
    expect(proxy.asked).toEqual([{ target: host, user: USER }]);
  });

  test('a vendor without TLS is asked by the proxy in our stead', async () => {
    const proxy = await startProxy();
    const url = 'http://vendor.test/v1/x';
    const reply = await ask('http://vendor.test', { proxy: { http: proxy.url } });
    expect(reply).toMatchObject({ url, host: 'vendor.test' });
    expect(proxy.asked).toEqual([{ target: url, user: USER }]);
  });

  test('this machine is reached directly', async () => {
    const port = await listen(createServer(hello));
    const proxy = await startProxy();
    const reply = await ask(`http://127.0.0.1:${port}`, { proxy: { http: proxy.url } });
    expect(reply).toMatchObject({ url: '/v1/x' });
    expect(proxy.asked).toEqual([]);
  });

  test('its refusal is told as such', async () => {
    const { url } = await startProxy(() => 407);
    expect(await ask('https://vendor.test', { proxy: { https: url } })).toBe(
      'connect: The proxy did not lead there (status 407); check it.',
    );
  });

  test('so is its absence', async () => {
    const options = { proxy: { https: 'http://127.0.0.1:1' } };
    expect(await ask('https://vendor.test', options)).toBe(
      'connect: The proxy did not lead there (ECONNREFUSED); check it.',
    );
  });

  test('its silence ends with the time for connecting', async () => {
    const clock = new VirtualClock();
    const { promise: isAsked, resolve } = Promise.withResolvers<void>();
    const { url } = await startProxy(() => {
      resolve();
      return undefined;
    });
    const reply = ask('https://vendor.test', { clock, proxy: { https: url } });
    await isAsked;
    await clock.advance(2_000);
    expect(await reply).toBe(
      'connect: The upstream could not be reached (CONNECT_TIMEOUT); try again.',
    );
  });
});

describe('TLS', () => {
  test('a certificate that nobody vouches for is refused', async () => {
    expect(await ask(`https://127.0.0.1:${await tlsVendor()}`)).toBe(
      "connect: The upstream's TLS certificate was not accepted (DEPTH_ZERO_SELF_SIGNED_CERT); " +
        'a CA of your own goes into litellm_settings.ssl_verify.',
    );
  });

  test('a CA of one’s own vouches for it, for its names only', async () => {
    const port = await tlsVendor();
    const options = { tls: { verify: true, caFile } };
    expect(await ask(`https://127.0.0.1:${port}`, options)).toMatchObject({ url: '/v1/x' });
    const proxy = { https: (await startProxy()).url };
    expect(await ask(`https://other.test:${port}`, { ...options, proxy })).toMatch(
      /^connect: .*ERR_TLS_CERT_ALTNAME_INVALID/,
    );
  });

  test('whoever turns checking off gets what they asked for', async () => {
    const options = { tls: { verify: false } };
    expect(await ask(`https://127.0.0.1:${await tlsVendor()}`, options)).toMatchObject({
      url: '/v1/x',
    });
  });

  test('a handshake that never ends is given up', async () => {
    const clock = new VirtualClock();
    const { promise: isThere, resolve } = Promise.withResolvers<void>();
    const port = await listen(createTcpServer(() => resolve()));
    const reply = ask(`https://127.0.0.1:${port}`, { clock });
    await isThere;
    await clock.advance(2_000);
    expect(await reply).toMatch(/^connect: .*CONNECT_TIMEOUT/);
  });

  test.each([
    ['/nowhere/ca.pem', 'cannot be read (ENOENT)'],
    [fileURLToPath(import.meta.url), 'holds no certificate in PEM form'],
  ])('an unusable CA file stops the start: %s', (file, why) => {
    const tls = { verify: true, caFile: file };
    const create = () => createAgents({ clock: systemClock, connectMs: 1, tls, proxy: {} });
    expect(create).toThrow(`${file} ${why}; see litellm_settings.ssl_verify of the config`);
  });
});
