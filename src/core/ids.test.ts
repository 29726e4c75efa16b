import { expect, it } from 'vitest';
import { newCallId, shortId, timeOf } from '#core/ids.ts';

it('makes ids whose begin is random, and whose end tells when', () => {
  const before = Date.now();
  const ids = Array.from({ length: 1_000 }, () => newCallId());
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids.map(shortId)).size).toBeGreaterThan(ids.length - 3);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOf(id)).toBeGreaterThanOrEqual(before);
    expect(timeOf(id)).toBeLessThanOrEqual(after);
  }
});

it.each(['', 'chatcmpl-1', '123e4567-e89b-42d3-a456-426614174000', `${newCallId()}0`])(
  'knows of the id %j not when it was made',
  (id) => expect(timeOf(id)).toBeUndefined(),
);
