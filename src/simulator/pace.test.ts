import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { drawPace, dueMs, tokensDue } from '#simulator/pace.ts';

const latency = { ttftMs: { median: 450, sigma: 0.6 }, tokensPerS: { min: 40, max: 80 } };

test('first tokens are lognormal around the median, rates uniform within their range', () => {
  const random = seededRandom(7);
  const paces = Array.from({ length: 4000 }, () => drawPace(latency, 0, random));
  const first = paces.map(({ firstTokenMs }) => firstTokenMs).toSorted((a, b) => a - b);
  const share = (ms: number): number => first.filter((x) => x < ms).length / first.length;
  // One and two deviations of the normal distribution beneath.
  expect(share(450)).toBeCloseTo(0.5, 1);
  expect(share(450 * Math.exp(0.6))).toBeCloseTo(0.841, 1);
  expect(share(450 * Math.exp(-1.2))).toBeCloseTo(0.023, 1);
  const rates = paces.map(({ msPerToken }) => 1000 / msPerToken);
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(40);
  expect(Math.max(...rates)).toBeLessThanOrEqual(80.000_001);
});

test('no latency means everything at once', () => {
  const none = {
    ttftMs: { median: 0, sigma: 0 },
    tokensPerS: { min: Infinity, max: Infinity },
  };
  const pace = drawPace(none, 1000, seededRandom(1));
  expect(dueMs(pace, 1000)).toBe(0);
  expect(tokensDue(pace, 0, 1000)).toBe(1000);
});

test('a long prompt is read before the first token, where that takes time', () => {
  const slow = { ...latency, ttftMs: { median: 0, sigma: 0 }, promptTokensPerS: 12_000 };
  expect(drawPace(slow, 6000, seededRandom(1)).firstTokenMs).toBe(500);
});

test('a token is out when it is due and not before', () => {
  const paces = fc.record({
    firstTokenMs: fc.integer({ min: 1, max: 1000 }),
    msPerToken: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(paces, fc.nat({ max: 500 }), (pace, index) => {
      expect(tokensDue(pace, dueMs(pace, index), 1000)).toBe(index + 1);
      expect(tokensDue(pace, dueMs(pace, index) - 1, 1000)).toBeLessThanOrEqual(index);
    }),
  );
});
