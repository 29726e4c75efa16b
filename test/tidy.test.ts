import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tidy } from './tidy/tidy.ts';

test('the tree keeps the house rules', () => {
  expect(tidy(fileURLToPath(new URL('..', import.meta.url)))).toEqual([]);
});
