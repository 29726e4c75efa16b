import { once } from 'node:events';
import {
  Agent,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  get,
} from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ChunkedBody } from '#gateway/chunked-body.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

const serve = async (answer: (body: ChunkedBody, res: ServerResponse) => void): Promise<number> => {
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'text/plain' });
    answer(new ChunkedBody(res), res);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
};

const said = async (port: number, agent?: Agent): Promise<Buffer> => {
  const request = get({ port, ...(agent && { agent }) });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  return Buffer.concat((await reply.toArray()) as Buffer[]);
};

/** What comes back on the bare connection until `isAll`. */
const raw = async (port: number, text: string, isAll: (all: string) => boolean) => {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let all = '';
  for await (const piece of socket) {
    all += (piece as Buffer).toString('latin1');
    if (isAll(all)) break;
  }
  return all;
};

describe('a body that comes piece by piece', () => {
  it('arrives as it was said, whatever its pieces are', async () => {
    const large = Buffer.alloc(100_000, 'é');
    const port = await serve((body) => {
      body.write(Buffer.from([0, 255, 13, 10]));
      body.write('');
      body.write('日本🧊');
      body.write(large);
      setImmediate(() => {
        body.write(Buffer.alloc(0));
        body.write('later');
        body.end('last');
      });
    });
    const pieces = [Buffer.from([0, 255, 13, 10]), Buffer.from('日本🧊'), large];
    expect(await said(port)).toEqual(Buffer.concat([...pieces, Buffer.from('laterlast')]));
  });

  it('may be empty, large at once, or large at its end', async () => {
    const large = Buffer.alloc(50_000, 1);
    expect(await said(await serve((body) => body.end()))).toHaveLength(0);
    const port = await serve((body) => {
      body.write(large);
      body.end(large);
    });
    expect(await said(port)).toEqual(Buffer.concat([large, large]));
  });

  it('goes out piece by piece, each with its frame', async () => {
    let body: ChunkedBody | undefined;
    const port = await serve((one) => {
      body = one;
      one.write('a');
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/transfer-encoding: chunked\r\n\r\n1\r\na\r\n$/i);
    body!.write('0123456789abcdefg');
    const [piece] = (await once(socket, 'data')) as [Buffer];
    expect(piece.toString()).toBe('11\r\n0123456789abcdefg\r\n');
    body!.end('z');
    const [end] = (await once(socket, 'data')) as [Buffer];
    expect(end.toString()).toBe('1\r\nz\r\n0\r\n\r\n');
    socket.destroy();
  });

  it('has no frames for a reader of HTTP/1.0, and ends with its connection', async () => {
    const port = await serve((body) => {
      body.write('a');
      setImmediate(() => {
        body.write('b');
        body.end('c');
      });
    });
    const all = await raw(port, 'GET / HTTP/1.0\r\n\r\n', () => false);
    expect(all).toMatch(/\r\n\r\nabc$/);
  });

  it('comes in its turn where requests are sent ahead', async () => {
    let count = 0;
    const bodies: ChunkedBody[] = [];
    const port = await serve((body) => {
      body.write(`${count++}a `);
      bodies.push(body);
      if (bodies.length === 2) for (const one of bodies.toReversed()) one.end('b');
    });
    const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
    const all = await raw(port, request + request, (text) => text.split('\r\n0\r\n').length === 3);
    expect(all.replaceAll(/HTTP[^]*?\r\n\r\n/g, '')).toBe(
      '3\r\n0a \r\n1\r\nb\r\n0\r\n\r\n3\r\n1a \r\n1\r\nb\r\n0\r\n\r\n',
    );
  });

  it('says when a reader is behind, and when there is room again; its connection is as it was', async () => {
    const listening: number[] = [];
    const sockets = new Set<Socket>();
    const port = await serve((body, { socket }) => {
      sockets.add(socket!);
      listening.push(socket!.listenerCount('drain'));
      body.onDrain(() => body.end());
      while (body.write(Buffer.alloc(10_000, 1)));
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 3; i++) expect((await said(port, agent)).length).toBeGreaterThan(10_000);
    agent.destroy();
    expect([sockets.size, listening]).toEqual([1, [1, 1, 1]]);
  });

  it('goes nowhere once its reader has left', async () => {
    const port = await serve((body, res) => {
      body.write('a');
      res.once('close', () => {
        body.write('b');
        body.end('c');
        left(res);
      });
    });
    const { promise, resolve: left } = Promise.withResolvers<ServerResponse>();
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    expect((await promise).destroyed).toBe(true);
  });
});
