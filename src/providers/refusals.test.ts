import { expect, test } from 'vitest';
import { findProvider } from '#providers/index.ts';

const read = (body: string) =>
  findProvider('openai')!.quota.read({ status: 429, headers: {}, body, wallMs: 0 });

const WORDS = 'Limit 10, Used 9, Requested 2. Please try again in 6s.';

test('a body that is longer than any vendor’s words is not opened', () => {
  const body = (pad: number) => JSON.stringify({ error: { message: WORDS + ' '.repeat(pad) } });
  expect(read(body(60_000)).refusal).toMatchObject({ limit: 10, used: 9, requested: 2 });
  expect(read(body(70_000)).refusal).toEqual({ class: 'minute' });
});

test('a body that is deep, or has the names of prototypes, says nothing', () => {
  for (const body of ['['.repeat(60_000), '{"error":{"type":"__proto__"}}', '{"__proto__":{}}'])
    expect(read(body)).toEqual({ told: [], refusal: { class: 'minute' } });
});
