import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { compare } from '#flow/nodes/comparison.ts';

test.each<[Json, string, Json, boolean]>([
  ['hello', 'contains', 'ell', true],
  ['hello', 'contains', 'ELL', false],
  [null, 'contains', 'x', false],
  [['a', 3], 'contains', '3', true],
  ['', 'not contains', 'x', true],
  ['hello', 'not contains', 'h', false],
  ['hello', 'start with', 'he', true],
  ['', 'start with', '', false],
  ['hello', 'end with', 'lo', true],
  ['a', 'is', 'a', true],
  [true, 'is', 'true', true],
  [false, 'is', 'false', true],
  [null, 'is', 'a', false],
  [null, 'is not', 'a', false],
  ['a', 'is not', 'b', true],
  ['', 'empty', '', true],
  [0, 'empty', '', true],
  [[], 'empty', '', true],
  [{}, 'empty', '', true],
  [false, 'empty', '', true],
  [null, 'empty', '', true],
  ['0', 'not empty', '', true],
  [null, 'not empty', '', false],
  ['a', 'in', ['a', 'b'], true],
  ['c', 'not in', ['a', 'b'], true],
  [[1, 2, 3], 'all of', ['1', '3'], true],
  [[1], 'all of', ['1', '3'], false],
  [5, '=', '5', true],
  [1.5, '=', '1.5', true],
  [5, '≠', '5', false],
  [null, '=', '0', false],
  [null, '≠', '0', false],
  [5, '>', '4.5', true],
  [5, '<', '5', false],
  [5, '≥', '5', true],
  [5, '≤', 4, false],
  [null, '>', '0', false],
  [null, 'null', '', true],
  ['', 'not null', '', true],
  ['', 'exists', '', true],
  [null, 'not exists', '', true],
  [5, '==', '5', true],
])('%j %s %j: %j', (actual, operator, expected, result) => {
  expect(compare(actual, operator, expected)).toBe(result);
});

test.each<[Json, string, Json, string]>([
  [5, 'contains', 'x', 'does not go with a number'],
  [['a'], 'start with', 'a', 'does not go with a list'],
  [5, 'is', '5', 'does not go with a number'],
  ['5', '>', '4', 'does not go with a string'],
  [5, '>', 'four', '"four", which is no number'],
  [5, '=', '5.5', 'a whole number with 5.5'],
  [5, 'like', '5', 'There is no condition "like"'],
])('%j %s %j cannot be judged', (actual, operator, expected, message) => {
  expect(() => compare(actual, operator, expected)).toThrow(message);
});
