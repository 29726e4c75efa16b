import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { difyReference } from '../scripts/dify-reference.ts';

test('what is written of Dify is what the program does', () => {
  const page = readFileSync(new URL('../docs/reference/dify.md', import.meta.url), 'utf8');
  expect(page).toBe(difyReference());
});
