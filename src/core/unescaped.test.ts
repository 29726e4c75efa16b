import { expect, test } from 'vitest';
import { unescaped } from '#core/unescaped.ts';

test.each([
  ['a%20b%2Fc', 'a b/c'],
  ['%E5%B7%9D', '川'],
  ['100%', '100%'],
  ['%FF', '%FF'],
])('%s → %s', (text, plain) => {
  expect(unescaped(text)).toBe(plain);
});
