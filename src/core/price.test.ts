import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf, costParts, dollarText, type Prices, sumParts } from '#core/price.ts';

const M = 1_000_000;
/** $2, $0.50 and $8 a million. */
const prices: Prices = {
  input: { nanos: 2e9 },
  cacheRead: { nanos: 5e8 },
  output: { nanos: 8e9 },
};

describe('what tokens cost, nano-dollars', () => {
  test.each([
    ['input and output', prices, { inputTokens: 1000, outputTokens: 100 }, 2_800_000],
    [
      'what came from the cache',
      prices,
      { inputTokens: 1000, outputTokens: 0, cachedTokens: 800 },
      800_000,
    ],
    [
      'what went to the cache has its own price',
      { ...prices, cacheWrite: { nanos: 25e8 } },
      { inputTokens: 1000, outputTokens: 0, cachedTokens: 100, cacheWriteTokens: 400 },
      2_050_000,
    ],
    [
      'what has none of its own costs what all else does',
      { input: { nanos: 2e9 }, output: { nanos: 8e9 } },
      {
        inputTokens: 10,
        outputTokens: 10,
        cachedTokens: 5,
        cacheWriteTokens: 5,
        reasoningTokens: 9,
      },
      100_000,
    ],
    [
      'reasoning apart',
      { ...prices, reasoning: { nanos: 3e9 } },
      { inputTokens: 0, outputTokens: 1000, reasoningTokens: 400 },
      6_000_000,
    ],
    [
      'up to where a tier begins',
      { input: { nanos: 3e9, above: [{ tokens: 200_000, nanos: 6e9 }] } },
      { inputTokens: 200_000, outputTokens: 0 },
      600_000_000,
    ],
    [
      'above it, all of it',
      {
        input: { nanos: 3e9, above: [{ tokens: 200_000, nanos: 6e9 }] },
        output: { nanos: 15e9, above: [{ tokens: 200_000, nanos: 225e8 }] },
      },
      { inputTokens: 200_001, outputTokens: 10 },
      1_200_006_000 + 225_000,
    ],
    [
      'more from the cache than was sent costs no less than that',
      prices,
      { inputTokens: 10, outputTokens: 0, cachedTokens: 500 },
      5000,
    ],
    [
      'an embedding has no output',
      { input: { nanos: 2e7 } },
      { inputTokens: M, outputTokens: 0 },
      2e7,
    ],
  ])('%s', (_, of, used, nanos) => {
    expect(costOf(of, used)).toBe(nanos);
  });

  test.each([
    ['nothing has a price', {}, { inputTokens: 10, outputTokens: 10 }],
    ['nothing has a price, and nothing was used', {}, { inputTokens: 0, outputTokens: 0 }],
    ['output has none', { input: { nanos: 1 } }, { inputTokens: 10, outputTokens: 1 }],
    ['input has none', { output: { nanos: 1 } }, { inputTokens: 10, outputTokens: 1 }],
  ])('unknown, never 0: %s', (_, of, used) => {
    expect(costOf(of, used)).toBeUndefined();
  });
});

test.each([
  [0, '0'],
  [1, '0.000000001'],
  [12_500, '0.0000125'],
  [1_000_000_000, '1'],
  [1_234_567_890, '1.23456789'],
])('%d nano-dollars are $%s', (nanos, text) => {
  expect(dollarText(nanos)).toBe(text);
});

test('a text of dollars is its nano-dollars again', () => {
  fc.assert(
    fc.property(fc.nat(1e15), (nanos) => {
      expect(dollarText(nanos)).toMatch(/^\d+(?:\.\d{1,9})?$/);
      const [whole = '', fraction = ''] = dollarText(nanos).split('.');
      expect(Number(whole + fraction.padEnd(9, '0'))).toBe(nanos);
    }),
  );
});

describe('what a cost is made of', () => {
  test('what was asked, what was answered, and the rates of both', () => {
    const used = { inputTokens: 1000, outputTokens: 100, cachedTokens: 800 };
    const cost = costOf(prices, used)!;
    const rates = { promptRate: 2e9, completionRate: 8e9 };
    const parts = { promptNanos: 800_000, completionNanos: 800_000, ...rates };
    expect(costParts(cost, prices, used)).toEqual(parts);
  });

  test('of a call that reads much, the rates that it had', () => {
    const steep: Prices = {
      input: { nanos: 2e9, above: [{ tokens: 100, nanos: 4e9 }] },
      output: { nanos: 8e9, above: [{ tokens: 100, nanos: 9e9 }] },
    };
    const used = { inputTokens: 101, outputTokens: 10 };
    expect(costParts(costOf(steep, used)!, steep, used)).toMatchObject({
      completionNanos: 90_000,
      promptRate: 4e9,
      completionRate: 9e9,
    });
  });

  test('nobody knows where an answer has no price', () => {
    const used = { inputTokens: 1, outputTokens: 1 };
    expect(costParts(5, { input: { nanos: 2e9 } }, used)).toBeUndefined();
  });

  test('the parts of any call come to the whole, and neither is less than nothing', () => {
    const tokens = fc.nat({ max: M });
    const rate = fc.record({ nanos: fc.integer({ min: 1, max: 1e11 }) });
    fc.assert(
      fc.property(
        fc.record({ input: rate, output: rate, reasoning: rate, cacheRead: rate }),
        fc.record({
          inputTokens: tokens,
          outputTokens: tokens,
          cachedTokens: tokens,
          reasoningTokens: tokens,
        }),
        (its, used) => {
          const cost = costOf(its, used)!;
          const { promptNanos, completionNanos } = costParts(cost, its, used)!;
          expect(promptNanos + completionNanos).toBe(cost);
          expect(Math.min(promptNanos, completionNanos)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('of two calls, with the rates of the second', () => {
    const one = { promptNanos: 1, completionNanos: 2, promptRate: 3, completionRate: 4 };
    const two = { promptNanos: 10, completionNanos: 20, promptRate: 30, completionRate: 40 };
    expect(sumParts(one, two)).toEqual({ ...two, promptNanos: 11, completionNanos: 22 });
  });
});
