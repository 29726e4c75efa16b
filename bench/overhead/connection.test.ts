import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Connection } from './connection.ts';
import { closedLoop, openLoop } from './load.ts';
import { DONE } from './traffic.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that answers every read with `reply`. */
const serve = (reply: string): Promise<number> =>
  new Promise((resolve) => {
    const answering = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', () => socket.write(reply));
    });
    server = answering;
    answering.listen(0, '127.0.0.1', () => resolve((answering.address() as AddressInfo).port));
  });

const reply = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const ask = async (port: number, expected: { replyBytes: number; streamed?: boolean }) => {
  const connection = await Connection.open(port);
  try {
    await connection.send({ request: Buffer.from('GET'), streamed: false, ...expected });
  } finally {
    connection.close();
  }
};

test('a right answer counts', async () => {
  const body = `data: {}\n\n${DONE}`;
  const port = await serve(reply('200 OK', body));
  await ask(port, { replyBytes: body.length, streamed: true });
});

test.each([
  ['another status', reply('500 Internal Server Error', 'hello'), 5, false, '500'],
  ['a shorter body', reply('200 OK', 'hell'), 5, false, '4 bytes of body, expected 5'],
  ['a stream without its end', reply('200 OK', 'hello'), 5, true, '[DONE]'],
  ['no HTTP', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nwhat?\r\n`, 5, false, 'size'],
])('%s is a broken target, not a fast one', async (_, answer, replyBytes, streamed, message) => {
  const port = await serve(answer);
  await expect(ask(port, { replyBytes, streamed })).rejects.toThrow(message);
});

test('both loops count every exchange', async () => {
  const port = await serve(reply('200 OK', 'hello'));
  const exchange = { request: Buffer.from('GET'), replyBytes: 5, streamed: false };
  const connections = await Promise.all([Connection.open(port), Connection.open(port)]);
  const exchanges = await closedLoop(connections, exchange, { durationMs: 50, spreadMs: 10 });
  expect(exchanges).toBeGreaterThanOrEqual(2);
  connections.forEach((connection) => connection.close());

  const latenciesMs = await openLoop({ port, exchange, perSecond: 500, durationMs: 100 });
  expect(latenciesMs.length).toBeGreaterThan(20);
  expect(Math.min(...latenciesMs)).toBeGreaterThan(0);
});
