import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSealedId, sealedId } from '#wire/sealed-id.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });

test('any seal comes back from the id that it travelled in', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w-]{1,40}$/), text, (id, signature) => {
      const said = sealedId(id, signature);
      expect(said).toMatch(/^[\w-]+$/);
      expect(readSealedId(said)).toEqual({ id, signature });
    }),
  );
});

test('an id without one stays as it is', () => {
  expect(sealedId('call_1', undefined)).toBe('call_1');
  expect(readSealedId('call_1')).toEqual({ id: 'call_1' });
  expect(readSealedId('call_1__seal__')).toEqual({ id: 'call_1' });
});
