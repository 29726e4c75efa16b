import { expect, test } from 'vitest';
import { checkTable, holds } from './check.ts';

test('limits hold from both sides, and a number that nobody measured holds none', () => {
  expect(holds({ what: 'a', value: 1, atMost: 1 })).toBe(true);
  expect(holds({ what: 'a', value: 1.1, atMost: 1 })).toBe(false);
  expect(holds({ what: 'a', value: 1, atLeast: 2 })).toBe(false);
  expect(holds({ what: 'a', value: Number.NaN, atMost: 1 })).toBe(false);
});

test('a number without a limit gets no verdict', () => {
  const [, , free, bound] = checkTable([
    { what: 'free', value: 3 },
    { what: 'bound', value: 3, atMost: 2 },
  ]).split('\n');
  expect(free).not.toMatch(/PASS|FAIL/);
  expect(bound).toContain('FAIL');
});
