import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bucket, createBucket } from '#simulator/bucket.ts';
import { DAY_MS, type Limit, MINUTE_MS, mostPerWindow, REFILLS } from '#simulator/limit.ts';

const bucketOf = (limit: Partial<Limit>, wallAtZeroMs?: number): Bucket =>
  createBucket(
    {
      scope: 'project',
      dimension: 'tokens',
      limit: 100,
      windowMs: MINUTE_MS,
      refill: 'linear',
      ...limit,
    },
    wallAtZeroMs,
  );
const perMinute = (limit: number): Bucket => bucketOf({ limit });

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
    const bucket = bucketOf({ limit: 1000, windowMs: DAY_MS });
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
            const bound = limit * MINUTE_MS + limit * (atMs - from);
            expect(sum * MINUTE_MS).toBeLessThanOrEqual(bound);
          }
        }
      }),
    );
  });

  test('a wait is the shortest whole number of milliseconds that works', () => {
    const cases = fc.record({
      limit: fc.integer({ min: 1, max: mostPerWindow(MINUTE_MS) }),
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

describe('a linear bucket with a burst', () => {
  test('holds that much of a window, and refills at the same rate', () => {
    const bucket = bucketOf({ limit: 600, burstMs: 1000 });
    expect(bucket.gauge(0)).toMatchObject({ capacity: 10, remaining: 10, resetMs: 0, used: 590 });
    bucket.take(10, 0);
    expect(bucket.waitMs(1, 0)).toBe(100);
    expect(bucket.gauge(500).remaining).toBe(5);
    expect(bucket.gauge(5000).remaining).toBe(10);
    expect(bucket.waitMs(11, 5000)).toBe(Infinity);
  });

  test('holds one however short it is', () => {
    const bucket = bucketOf({ limit: 6, burstMs: 1 });
    expect(bucket.waitMs(1, 0)).toBe(0);
    bucket.take(1, 0);
    expect(bucket.waitMs(1, 0)).toBe(10_000);
  });
});

describe('a sliding bucket', () => {
  test('gives each taking back one window later', () => {
    const bucket = bucketOf({ refill: 'sliding' });
    bucket.take(60, 0);
    bucket.take(40, 10_000);
    expect(bucket.waitMs(1, 10_000)).toBe(50_000);
    expect(bucket.waitMs(61, 10_000)).toBe(60_000);
    expect(bucket.gauge(10_000)).toMatchObject({ remaining: 0, used: 100, resetMs: 60_000 });
    expect(bucket.gauge(59_999).remaining).toBe(0);
    expect(bucket.gauge(60_000).remaining).toBe(60);
    expect(bucket.gauge(70_000)).toMatchObject({ remaining: 100, resetMs: 0 });
  });

  test('takes back what was not used where it was taken, and only while it counts', () => {
    const bucket = bucketOf({ refill: 'sliding' });
    bucket.take(60, 0);
    bucket.take(40, 10_000);
    bucket.giveBack(30, 10_000, 20_000);
    expect(bucket.gauge(20_000).remaining).toBe(30);
    expect(bucket.gauge(60_000).remaining).toBe(90);
    bucket.giveBack(60, 0, 60_000);
    expect(bucket.gauge(60_000).remaining).toBe(90);
  });

  test('keeps few of very many takings, and gives none of them back early', () => {
    const bucket = bucketOf({ refill: 'sliding', limit: 1_000_000, windowMs: DAY_MS });
    for (let atMs = 0; atMs < 200_000; atMs++) bucket.take(1, atMs);
    expect(bucket.gauge(DAY_MS - 1).used).toBe(200_000);
    expect(bucket.gauge(DAY_MS + 100_000).used).toBeGreaterThanOrEqual(99_999);
    expect(bucket.gauge(DAY_MS + 202_000).used).toBe(0);
  });
});

describe('a fixed bucket', () => {
  test('forgets at full windows of the wall clock', () => {
    const bucket = bucketOf({ refill: 'fixed' }, 1_700_000_030_000);
    // 1,700,000,030 s is ten seconds before a full minute.
    bucket.take(100, 0);
    expect(bucket.waitMs(1, 0)).toBe(10_000);
    expect(bucket.gauge(9999)).toMatchObject({ remaining: 0, resetMs: 1 });
    expect(bucket.gauge(10_000)).toMatchObject({ remaining: 100, resetMs: 0 });
    bucket.take(1, 10_000);
    expect(bucket.gauge(10_000)).toMatchObject({ remaining: 99, resetMs: 60_000 });
  });

  test('takes nothing back for a window that is over', () => {
    const bucket = bucketOf({ refill: 'fixed' });
    bucket.take(50, 59_000);
    bucket.take(50, 61_000);
    bucket.giveBack(50, 59_000, 62_000);
    expect(bucket.gauge(62_000).used).toBe(50);
    bucket.giveBack(20, 61_000, 62_000);
    expect(bucket.gauge(62_000).used).toBe(30);
  });

  test('of a day ends at midnight where its vendor lives, in summer and in winter', () => {
    const zone = { refill: 'fixed', windowMs: DAY_MS, resetZone: 'America/Los_Angeles' } as const;
    for (const [from, midnight] of [
      ['2026-07-01T22:00:00Z', '2026-07-02T07:00:00Z'],
      ['2026-01-15T07:59:59Z', '2026-01-15T08:00:00Z'],
      // The day of the change has 25 hours.
      ['2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
    ] as const) {
      const bucket = bucketOf(zone, Date.parse(from));
      bucket.take(100, 0);
      expect(bucket.waitMs(1, 0)).toBe(Date.parse(midnight) - Date.parse(from));
    }
  });
});

describe.each(REFILLS)('a %s bucket', (refill) => {
  test('lets in who waits as told, stays within its limit and settles without a trace', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), steps, (limit, calls) => {
        const [bucket, plain] = [bucketOf({ refill, limit }), bucketOf({ refill, limit })];
        let nowMs = 0;
        for (const { pauseMs, amount } of calls) {
          nowMs += pauseMs;
          const waitMs = bucket.waitMs(amount, nowMs);
          expect(waitMs === Infinity).toBe(amount > limit);
          if (waitMs === Infinity) continue;
          nowMs = waitMs === 0 ? nowMs : Math.floor(nowMs) + waitMs;
          expect(bucket.waitMs(amount, nowMs)).toBe(0);
          bucket.take(amount, nowMs);
          plain.take(amount, nowMs);
          const { remaining, used } = bucket.gauge(nowMs);
          expect(remaining).toBeGreaterThanOrEqual(0);
          expect(remaining + used).toBe(limit);
          // What is taken and given back at once was never there.
          bucket.take(amount, nowMs);
          bucket.giveBack(amount, nowMs, nowMs);
          expect(bucket.gauge(nowMs)).toEqual(plain.gauge(nowMs));
        }
      }),
    );
  });

  test('counts the time in which it is full', () => {
    const bucket = bucketOf({ refill, limit: 60 });
    expect(bucket.gauge(0).fullMs).toBe(0);
    bucket.take(60, 4000);
    expect(bucket.gauge(4000).fullMs).toBe(4000);
    // It is full again at 64 s, and at the end of the first minute where its windows are fixed.
    const fullFromMs = refill === 'fixed' ? 60_000 : 64_000;
    expect(bucket.gauge(fullFromMs).fullMs).toBe(4000);
    expect(bucket.gauge(70_000).fullMs).toBe(4000 + 70_000 - fullFromMs);
  });
});
