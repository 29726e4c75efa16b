import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTokens, splitTokens } from '#simulator/tokens.ts';

/** One character of every kind that a token may be of, and of two code units. */
const UNITS = ['a', 'Z', '7', ' ', '\n', '\0', '!', '“', 'é', '東', 'ア', '한', '😀'];

test('pieces are the text, none of them empty, and are counted alike', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 200 }), (text) => {
      const pieces = splitTokens(text);
      expect(pieces.join('')).toBe(text);
      expect(pieces).not.toContain('');
      expect(countTokens(text)).toBe(pieces.length);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});

test('words keep the space before them, Japanese goes by the character', () => {
  expect(splitTokens('Hello, big world 2026')).toEqual([
    'Hello',
    ',',
    ' big',
    ' world',
    ' 202',
    '6',
  ]);
  expect(splitTokens('東京です')).toEqual(['東', '京', 'で', 'す']);
});

test('a long run of one character takes time in proportion', () => {
  expect(countTokens('a'.repeat(4_000_000))).toBe(500_000);
});
