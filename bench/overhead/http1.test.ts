import { array, assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { MessageReader } from './http1.ts';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n';
const EMPTY = 'HTTP/1.1 204 No Content\r\n\r\n';

const read = (pieces: readonly Buffer[]): string[] => {
  const heard: string[] = [];
  let body = '';
  const reader = new MessageReader({
    head: (startLine) => {
      heard.push(startLine);
      body = '';
    },
    body: (bytes) => (body += bytes.toString()),
    end: () => heard.push(body),
  });
  for (const piece of pieces) reader.push(piece);
  return heard;
};

test('messages are the same wherever the bytes are split', () => {
  const bytes = Buffer.from(SIZED + CHUNKED + EMPTY + SIZED);
  const whole = ['HTTP/1.1 200 OK', 'hello', 'HTTP/1.1 200 OK', 'hello world'];
  const expected = [...whole, 'HTTP/1.1 204 No Content', '', ...whole.slice(0, 2)];
  assert(
    property(array(nat(bytes.length), { maxLength: 40 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const pieces = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
      expect(read(pieces)).toEqual(expected);
    }),
  );
});

test('what is not HTTP is refused', () => {
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  expect(() => read([Buffer.from(`${chunked}no size\r\n`)])).toThrow('not a chunk size');
  expect(() => read([Buffer.alloc(100_000, 'x')])).toThrow('without an end');
});
