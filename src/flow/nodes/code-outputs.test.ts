import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { checkOutputs } from '#flow/nodes/code-outputs.ts';

const check = (value: Json, type: string, children?: Json): Json =>
  checkOutputs({ r: value }, { r: { type, children } })['r']!;

/** An object with so many others in it, one in the other. */
const nested = (depth: number): Json => (depth === 0 ? 1 : { a: nested(depth - 1) });

test.each([
  [true, 'number', 1],
  [9007199254740991, 'number', 9007199254740991],
  [1e-20, 'number', 1e-20],
  ['a\0b', 'string', 'ab'],
  [null, 'string', null],
  [Array(1000).fill(true), 'array[boolean]', Array(1000).fill(true)],
  [nested(4), 'object', nested(4)],
  [{ list: [nested(3)] }, 'object', { list: [nested(3)] }],
])('%j is a %s', (value, type, kept) => {
  expect(check(value, type)).toEqual(kept);
});

test.each([
  [2 ** 70, 'number', 'out of range'],
  [-(2 ** 70), 'number', 'out of range'],
  [1.5e-20, 'number', '20 digits behind its point'],
  ['1', 'number', 'must be a number, got string'],
  ['x'.repeat(400_001), 'string', '400000 characters at most'],
  [Array(31).fill('a'), 'array[string]', '30 items at most'],
  [Array(1001).fill(1), 'array[number]', '1000 items at most'],
  [[1, 'a'], 'array[number]', 'r[1] must be a number'],
  [nested(5), 'object', 'nest 5 deep at most'],
  [{ list: [nested(4)] }, 'object', 'nest 5 deep at most'],
  [[nested(5)], 'array[object]', 'nest 5 deep at most'],
])('%j is no %s', (value, type, message) => {
  expect(() => check(value, type)).toThrow(message);
});

test('what is declared of an object is looked at within it', () => {
  expect(check({ n: 1, more: 2 }, 'object', { n: { type: 'number' } })).toEqual({ n: 1 });
  expect(() => check({ n: 'x' }, 'object', { n: { type: 'number' } })).toThrow('r.n must be');
  expect(check([{ n: 1, more: 2 }, null], 'array[object]', { n: { type: 'number' } })).toEqual([
    { n: 1 },
    null,
  ]);
});
