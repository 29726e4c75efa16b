import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AnswerHead } from '#gateway/answer-head.ts';
import { beginAnswer } from '#gateway/begin-answer.ts';

const HEADERS = [
  'x-litellm-call-id',
  'abc',
  'x-spillway-decision',
  'two of\tthree é',
  'x-empty',
  '',
];

const head = (): AnswerHead => {
  const made = new AnswerHead();
  for (let i = 0; i < HEADERS.length; i += 2) made.add(HEADERS[i]!, HEADERS[i + 1]!);
  return made;
};

const server = createServer({ keepAliveTimeout: 75_000 });
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** The bytes of one answer, without its date. */
const answer = async (request: string, serve: (res: ServerResponse) => void): Promise<string> => {
  server.removeAllListeners('request').on('request', (_, res) => serve(res));
  if (!server.listening)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(request);
  let text = '';
  for await (const bytes of socket) {
    text += (bytes as Buffer).toString('latin1');
    if (text.endsWith('ok') || text.endsWith('0\r\n\r\n')) break;
  }
  return text.replace(/^Date: .*\r\n/m, '');
};

const REQUESTS = {
  'a connection that stays': 'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
  'a connection that ends': 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  'an old client': 'GET / HTTP/1.0\r\n\r\n',
};

describe.each(Object.entries(REQUESTS))('the answer over %s', (_, request) => {
  it("of known length is Node's own, byte for byte", async () => {
    const ours = await answer(request, (res) => {
      beginAnswer(res, head(), 2);
      res.end('ok', 'latin1');
    });
    const theirs = await answer(request, (res) =>
      res.writeHead(200, [...HEADERS, 'content-length', '2']).end('ok', 'latin1'),
    );
    expect(ours).toBe(theirs);
    expect(ours).toContain('x-litellm-call-id: abc\r\n');
  });

  it("that comes in pieces is Node's own, byte for byte", async () => {
    const ours = await answer(request, (res) => {
      beginAnswer(res, head());
      res.write('o');
      res.end('k');
    });
    const theirs = await answer(request, (res) => {
      res.writeHead(200, HEADERS).write('o');
      res.end('k');
    });
    expect(ours).toBe(theirs);
  });
});

it('leaves all to Node where that has no store of its own', () => {
  const heads: unknown[] = [];
  const res = { writeHead: (...one: unknown[]) => heads.push(one) };
  beginAnswer(res as unknown as ServerResponse, head(), 2);
  expect(heads).toEqual([[200, [...HEADERS, 'content-length', '2']]]);
});

it.each(['a\r\nx-evil: 1', 'a\nb', 'a\rb', 'Ċx', '\0', '日本'])(
  'refuses %j as a value',
  (value) => {
    expect(() => head().add('x-bad', value)).toThrow('x-bad');
  },
);
