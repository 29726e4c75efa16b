import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { addressGuard } from '#net/address-guard.ts';
import { createGuardedClient, type Lookup } from '#net/guarded-client.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const serve = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
};

const client = (allow: readonly string[], lookup?: Lookup) => {
  const guarded = createGuardedClient({
    guard: addressGuard(allow),
    clock: systemClock,
    ...(lookup && { lookup }),
  });
  closing.push(() => guarded.close());
  return (url: string, more: object = {}, signal = new AbortController().signal) =>
    guarded.fetch(
      { method: 'GET', url, headers: {}, timeoutMs: 5000, limitBytes: 1000, ...more },
      signal,
    );
};

test.each([
  'http://127.0.0.1:1/',
  'http://localhost:1/',
  'http://[::1]:1/',
  'http://0x7f000001:1/',
  'http://2130706433:1/',
  'http://0:1/',
  'http://[::ffff:127.0.0.1]:1/',
  'http://[::ffff:7f00:1]:1/',
  'http://169.254.169.254/latest/meta-data',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://[fd00::1]/',
  'http://[fe80::1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::7f00:1]/',
  'http://[fec0::1]/',
  'http://[2001:0:7f00:1::]/',
  'http://168.63.129.16/metadata',
  'http://0177.0.0.1:1/',
  'http://127.1:1/',
  'http://127.0.0.1.:1/',
  'http://a@127.0.0.1:1/',
  'http://①②⑦.⓪.⓪.①:1/',
  'http://127。0。0。1:1/',
])('%s is on a private network', async (url) => {
  await expect(client([])(url)).rejects.toThrow('is on a private network');
});

test('a name that leads to a private address is not followed, wherever else it leads', async () => {
  const port = await serve((_, res) => res.end('secret'));
  const lookup: Lookup = (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  await expect(client([], lookup)(`http://evil.example:${port}/`)).rejects.toThrow(
    'evil.example is on a private network',
  );
  const named = await client(['evil.example'], lookup)(`http://evil.example:${port}/`);
  expect(Buffer.from(named.body).toString()).toBe('secret');
});

test('what the operator allows can be reached; redirects are looked at again', async () => {
  const port = await serve((req, res) => {
    if (req.url === '/away') res.writeHead(302, { location: 'http://10.0.0.1/' });
    else if (req.url === '/here') res.writeHead(302, { location: '/end' });
    else if (req.url === '/round') res.writeHead(302, { location: '/round' });
    else res.setHeader('x-method', String(req.method));
    res.end(`${req.headers['authorization']} ${req.url}`);
  });
  const fetch = client(['127.0.0.1']);
  const at = `http://127.0.0.1:${port}`;
  const headers = { authorization: 'k', 'content-type': 'text/plain' };
  const reply = await fetch(`${at}/here`, { method: 'POST', body: 'x', headers });
  expect(Buffer.from(reply.body).toString()).toBe('k /end');
  expect(reply.headers['x-method']).toBe('GET');
  await expect(fetch(`${at}/away`)).rejects.toThrow('10.0.0.1 is on a private network');
  await expect(fetch(`${at}/round`)).rejects.toThrow('redirects more than 5 times');
});

test('the address says whom a request is for: no header names another, nor how it is framed', async () => {
  const port = await serve((req, res) => res.end(JSON.stringify(req.headers)));
  const fetch = client(['127.0.0.1']);
  const at = `http://127.0.0.1:${port}/`;
  for (const name of ['Host', 'host', 'HOST'])
    await expect(fetch(at, { headers: { [name]: 'admin.internal' } })).rejects.toThrow(
      `The header Host is "admin.internal", the address says "127.0.0.1:${port}"`,
    );
  const headers = {
    Host: `127.0.0.1:${port}`,
    'Content-Length': '7',
    'transfer-encoding': 'chunked',
    Expect: '100-continue',
    'x-plain': 'p',
  };
  const seen = JSON.parse(Buffer.from((await fetch(at, { headers })).body).toString()) as object;
  expect(seen).toMatchObject({ host: `127.0.0.1:${port}`, 'x-plain': 'p' });
  expect(seen).not.toHaveProperty('transfer-encoding');
  expect(seen).not.toHaveProperty('content-length');
});

test.each([
  [{ 'x-a': 'b\r\nx-evil: 1' }, 'The header x-a has characters that no header can have'],
  [{ 'x-a\r\nx-evil': '1' }, '"x-a\\r\\nx-evil" is no name of a header.'],
  [{ 'x-a': '山' }, 'The header x-a has characters that no header can have'],
])('%j is no header, and is not sent', async (headers, message) => {
  const port = await serve((_, res) => res.end());
  await expect(client(['127.0.0.1'])(`http://127.0.0.1:${port}/`, { headers })).rejects.toThrow(
    message,
  );
});

test('what authorises a request is told to nobody else', async () => {
  const other = await serve((req, res) => res.end(JSON.stringify(req.headers)));
  const port = await serve((_, res) => {
    res.writeHead(307, { location: `http://127.0.0.1:${other}/` });
    res.end();
  });
  const headers = {
    Authorization: 'k',
    'X-Api-Key': 'k',
    'X-Auth': 'k',
    'x-plain': 'p',
  };
  const reply = await client(['127.0.0.0/8'])(`http://127.0.0.1:${port}/`, { headers });
  const seen = JSON.parse(Buffer.from(reply.body).toString()) as Record<string, string>;
  expect(seen['x-plain']).toBe('p');
  expect(seen['authorization'] ?? seen['x-api-key'] ?? seen['x-auth']).toBeUndefined();
  expect(seen['host']).toBe(`127.0.0.1:${other}`);
});

test('answers that are too large, packed or not, or too late', async () => {
  const port = await serve((req, res) => {
    if (req.url === '/slow') return;
    if (req.url === '/bomb') {
      res.setHeader('content-encoding', 'gzip');
      res.end(gzipSync(Buffer.alloc(1_000_000)));
    } else if (req.url === '/packed') {
      res.setHeader('content-encoding', 'gzip');
      res.end(gzipSync('unpacked'));
    } else res.end('x'.repeat(2000));
  });
  const fetch = client(['127.0.0.1']);
  const at = `http://127.0.0.1:${port}`;
  await expect(fetch(`${at}/`)).rejects.toThrow('larger than 1000 bytes');
  await expect(fetch(`${at}/bomb`, { limitBytes: 5000 })).rejects.toThrow('larger than 5000 bytes');
  expect(Buffer.from((await fetch(`${at}/packed`)).body).toString()).toBe('unpacked');
  await expect(fetch(`${at}/slow`, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
  const stop = AbortSignal.abort(new Error('stopped'));
  await expect(fetch(`${at}/slow`, {}, stop)).rejects.toThrow('stopped');
});

test('what is read is counted while it comes, packed and unpacked', async () => {
  let sent = 0;
  const port = await serve((req, res) => {
    if (req.url === '/packed') {
      res.setHeader('content-encoding', 'gzip');
      return void res.end(gzipSync(Buffer.alloc(100_000)));
    }
    if (req.url === '/none') return void res.setHeader('content-encoding', 'gzip').end();
    if (req.url === '/broken') return void res.setHeader('content-encoding', 'br').end('x');
    const more = (): void => {
      if (sent++ < 5) res.write('x'.repeat(100));
      // It never ends: who waits for all of it waits for ever.
      if (sent < 5) setImmediate(more);
    };
    return more();
  });
  const fetch = client(['127.0.0.1']);
  const at = `http://127.0.0.1:${port}`;
  const upTo = (most: number) => {
    let left = most;
    return (bytes: number): void => {
      if ((left -= bytes) < 0) throw new Error('together too much');
    };
  };
  await expect(fetch(`${at}/`, { count: upTo(250) })).rejects.toMatchObject({
    cause: new Error('together too much'),
  });
  const packed = { limitBytes: 200_000, count: upTo(50_000) };
  await expect(fetch(`${at}/packed`, packed)).rejects.toMatchObject({
    cause: new Error('together too much'),
  });
  expect((await fetch(`${at}/none`)).body).toHaveLength(0);
  await expect(fetch(`${at}/broken`)).rejects.toThrow('The answer is no valid br.');
});

test('who cannot be reached is told in words, without the address', async () => {
  const fetch = client(['127.0.0.1'], (_, done) =>
    done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
  );
  await expect(fetch('http://127.0.0.1:1/?key=secret')).rejects.toThrow(
    'The other side refused the connection.',
  );
  await expect(fetch('http://nowhere.example/')).rejects.toThrow('There is no host of that name.');
});

test('an allow list says what is wrong with it', () => {
  expect(() => addressGuard(['10.0.0.0/40'])).toThrow('"10.0.0.0/40" is no host and no network');
});

test('a name that nobody knows is told, by the system’s own resolver too', async () => {
  await expect(client([])('http://no-such-host.invalid/')).rejects.toMatchObject({
    code: 'node_failed',
    message: expect.stringMatching(/no host of that name|could not be looked up/),
  });
});
