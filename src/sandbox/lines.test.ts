import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readLines } from '#sandbox/lines.ts';

const heard = () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  const long: string[] = [];
  readLines(stream, {
    longestBytes: 4,
    line: (text) => lines.push(text),
    tooLong: () => long.push('too long'),
  });
  return { stream, lines, long };
};

test('lines are heard whole, however they are cut', async () => {
  const { stream, lines, long } = heard();
  for (const piece of ['a', 'b\nc', '\n\nd']) stream.write(piece);
  const [first, second] = [Buffer.from('é\n').subarray(0, 1), Buffer.from('é\n').subarray(1)];
  stream.write(first);
  stream.write(second);
  await setImmediate();
  expect(lines).toEqual(['ab', 'c', '', 'dé']);
  expect(long).toEqual([]);
});

test('one that is too long is said once, and nothing after it is heard', async () => {
  const { stream, lines, long } = heard();
  for (const piece of ['1234\n', '123', '45', '678', '\nab\n']) stream.write(piece);
  await setImmediate();
  expect(lines).toEqual(['1234']);
  expect(long).toEqual(['too long']);
});
