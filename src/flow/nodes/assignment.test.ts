import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { changed } from '#flow/nodes/assignment.ts';

test.each<[Json, string, Json, Json]>([
  ['a', 'over-write', 'b', 'b'],
  [1, '+=', 2, 3],
  [5, '-=', '2', 3],
  [5, '*=', 2, 10],
  [5, '/=', 2, 2.5],
  [null, '+=', 1, 1],
  ['a', 'clear', null, ''],
  [1, 'clear', null, 0],
  [['a'], 'clear', null, []],
  [{ a: 1 }, 'clear', null, {}],
  [true, 'clear', null, false],
  [['a'], 'append', 'b', ['a', 'b']],
  [null, 'append', 'b', ['b']],
  [['a'], 'extend', ['b', 'c'], ['a', 'b', 'c']],
  [['a', 'b'], 'remove-first', null, ['b']],
  [['a', 'b'], 'remove-last', null, ['a']],
  [[], 'remove-first', null, []],
  [{}, 'set', '{"a": 1}', { a: 1 }],
  [0, 'set', '7', 7],
  ['x', 'set', '7', '7'],
])('%j %s %j = %j', (before, operation, given, after) => {
  expect(changed(before, operation, given)).toEqual(after);
});

test.each<[Json, string, Json, string]>([
  [1, '/=', 0, 'divides by zero'],
  ['a', '+=', 1, 'for numbers only'],
  ['a', 'append', 'b', 'for lists only'],
  [['a'], 'extend', 'b', 'for lists only'],
  [{}, 'set', 'no json', 'not of the type'],
  [1, '%=', 2, 'not supported'],
])('%j %s %j fails', (before, operation, given, message) => {
  expect(() => changed(before, operation, given)).toThrow(message);
});
