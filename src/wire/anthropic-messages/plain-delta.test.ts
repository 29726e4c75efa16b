import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainDelta } from '#wire/anthropic-messages/plain-delta.ts';

const written = (index: number, text: string): string =>
  JSON.stringify({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } });

describe('a piece of text in its plainest form', () => {
  test.each(['Hi', ' two words', '日本🧊', 'a'.repeat(5_000), "it's", '\u2028'])(
    'is read: %j',
    (text) => {
      for (const index of [0, 7, 120])
        expect(plainDelta(written(index, text))).toEqual({ index, text });
      expect(plainDelta(written(0, text).replace(/\}$/, '     }'))).toEqual({ index: 0, text });
    },
  );

  test('is what parsing would have found, wherever it is taken for one', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '}', '{', ',', '語', '\0'),
    });
    const edit = fc.record({ at: fc.nat(120), by: fc.string({ maxLength: 2 }) });
    const mended = (whole: string, { at, by }: { at: number; by: string }): string =>
      whole.slice(0, at) + by + whole.slice(at + by.length);
    fc.assert(
      fc.property(fc.nat(12), text, fc.option(edit), (index, said, change) => {
        const whole = written(index, said);
        const data = change ? mended(whole, change) : whole;
        const plain = plainDelta(data);
        if (!plain) return;
        const { index: at, text: found } = plain;
        expect(JSON.parse(data)).toEqual(JSON.parse(written(at, found)));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['escapes', written(0, 'a\nb')],
    ['nothing', written(0, '')],
    ['another kind', written(0, 'x').replace('text_delta', 'thinking_delta')],
    ['another event', written(0, 'x').replace('content_block_delta', 'content_block_start')],
    [
      'another order',
      '{"index":0,"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}',
    ],
    ['more of it', written(0, 'x').replace('"x"', '"x","text":"y"')],
    ['a number that JSON has not', written(0, 'x').replace(':0,', ':00,')],
    ['a cut', written(0, 'x').slice(0, -1)],
    ['more behind it', `${written(0, 'x')}{}`],
    ['a raw control character', written(0, 'x').replace('x', 'x\n')],
  ])('is not taken for one with %s', (_, data) => {
    expect(plainDelta(data)).toBeUndefined();
  });
});
