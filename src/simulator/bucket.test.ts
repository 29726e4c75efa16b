import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bucket, MAX_LIMIT, WINDOW_MS } from '#simulator/bucket.ts';

const perMinute = (limit: number): Bucket =>
  new Bucket({ scope: 'project', dimension: 'tokens', window: 'minute', limit });

/** Evenly spread, unlike `fc.double`, most of whose numbers are next to nothing. */
const thousandths = (max: number): fc.Arbitrary<number> =>
  fc.nat({ max: max * 1000 }).map((n) => n / 1000);

const steps = fc.array(
  fc.record({
    pauseMs: thousandths(9000),
    amount: fc.nat({ max: 2000 }),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('a linear bucket', () => {
  test('starts full and refills evenly', () => {
    const bucket = perMinute(30_000);
    expect(bucket.gauge(0)).toMatchObject({ remaining: 30_000, resetMs: 0 });
    bucket.take(30_000, 0);
    expect(bucket.gauge(0)).toMatchObject({ remaining: 0, resetMs: 60_000 });
    expect(bucket.gauge(1)).toMatchObject({ remaining: 0, resetMs: 59_999 });
    expect(bucket.gauge(30_000)).toMatchObject({ remaining: 15_000, resetMs: 30_000 });
    expect(bucket.gauge(90_000)).toMatchObject({ remaining: 30_000, resetMs: 0 });
  });

  test('refills a day as a vendor says it: 1,000 a day are one in 86.4 s', () => {
    const bucket = new Bucket({
      scope: 'project',
      dimension: 'requests',
      window: 'day',
      limit: 1000,
    });
    bucket.take(1000, 0);
    expect(bucket.waitMs(1, 0)).toBe(86_400);
  });

  test('has no room a millisecond too early', () => {
    const bucket = perMinute(7);
    bucket.take(7, 0);
    // One of seven a minute comes every 8,571.43 ms.
    expect(bucket.waitMs(1, 8571.9)).toBe(1);
    expect(bucket.waitMs(1, 8572)).toBe(0);
  });

  test('never has room for more than its limit', () => {
    expect(perMinute(100).waitMs(101, 0)).toBe(Infinity);
  });

  test('does not run backwards with the clock', () => {
    const bucket = perMinute(60);
    bucket.take(60, 10_000);
    expect(bucket.gauge(5000).remaining).toBe(0);
    expect(bucket.gauge(11_000).remaining).toBe(1);
  });

  test('admits within no span more than its limit and the refill of that span', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), steps, (limit, calls) => {
        const bucket = perMinute(limit);
        const taken: { atMs: number; amount: number }[] = [];
        let nowMs = 0;
        for (const { pauseMs, amount } of calls) {
          nowMs += pauseMs;
          const { remaining } = bucket.gauge(nowMs);
          expect(remaining).toBeGreaterThanOrEqual(0);
          expect(remaining).toBeLessThanOrEqual(limit);
          if (bucket.waitMs(amount, nowMs) > 0) continue;
          bucket.take(amount, nowMs);
          taken.push({ atMs: Math.floor(nowMs), amount });
        }
        for (const [first, { atMs: from }] of taken.entries()) {
          let sum = 0;
          for (const { atMs, amount } of taken.slice(first)) {
            sum += amount;
            const bound = limit * WINDOW_MS.minute + limit * (atMs - from);
            expect(sum * WINDOW_MS.minute).toBeLessThanOrEqual(bound);
          }
        }
      }),
    );
  });

  test('a wait is the shortest whole number of milliseconds that works', () => {
    const cases = fc.record({
      limit: fc.integer({ min: 1, max: MAX_LIMIT.minute }),
      takenShare: thousandths(1),
      share: thousandths(1),
      nowMs: thousandths(1_000_000),
    });
    fc.assert(
      fc.property(cases, ({ limit, takenShare, share, nowMs }) => {
        const bucket = perMinute(limit);
        bucket.take(Math.floor(limit * takenShare), nowMs);
        const amount = Math.floor(limit * share);
        const waitMs = bucket.waitMs(amount, nowMs);
        const laterMs = Math.floor(nowMs) + waitMs;
        if (waitMs > 0) expect(bucket.waitMs(amount, laterMs - 1)).toBe(1);
        expect(bucket.waitMs(amount, laterMs)).toBe(0);
      }),
    );
  });
});
