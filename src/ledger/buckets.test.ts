import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bucket } from '#ledger/bucket.ts';
import { FixedBucket } from '#ledger/fixed.ts';
import type { Limit } from '#ledger/limit.ts';
import { LinearBucket } from '#ledger/linear.ts';
import { SlidingBucket } from '#ledger/sliding.ts';

type Shape = Pick<Limit, 'refill' | 'burstMs' | 'startsAt'>;

const KINDS: readonly { name: string; shape: Shape }[] = [
  { name: 'linear', shape: { refill: 'linear' } },
  { name: 'linear, one second at once', shape: { refill: 'linear', burstMs: 1000 } },
  { name: 'sliding', shape: { refill: 'sliding' } },
  { name: 'fixed', shape: { refill: 'fixed' } },
  { name: 'fixed, aligned', shape: { refill: 'fixed', startsAt: 12_345 } },
];

const START = 1_000_000;

const make = (limit: Limit, floor = 0, now = START): Bucket => {
  if (limit.refill === 'sliding') return new SlidingBucket(limit, floor, now);
  if (limit.refill === 'fixed') return new FixedBucket(limit, floor, now);
  return new LinearBucket(limit, floor, now);
};

const amounts = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.integer({ min: 1, max: 3_000_000 }),
  fc.integer({ min: 1, max: 1_000_000_000_000_000 }),
);
const windows = fc.constantFrom(1, 100, 1000, 10_000, 60_000, 86_400_000, 2_678_400_000);
const limits = fc.record({ amount: amounts, windowMs: windows });

interface Step {
  readonly pauseShare: number;
  readonly amountShare: number;
  readonly transitShare: number;
  readonly kind: 'take' | 'debt' | 'give' | 'back';
}

const steps = fc.array(
  fc.record({
    pauseShare: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1.2, noNaN: true })),
    amountShare: fc.double({ min: 0, max: 1, noNaN: true }),
    transitShare: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.05, noNaN: true })),
    kind: fc.constantFrom('take', 'take', 'take', 'debt', 'give', 'back'),
  }) satisfies fc.Arbitrary<Step>,
  { maxLength: 30 },
);

interface Lived {
  readonly bucket: Bucket;
  readonly limit: Limit;
  readonly now: number;
  readonly taken: readonly { at: number; amount: number }[];
}

/** A bucket after some life: takings when they fit, debts, some given back, a clock that jumps back. */
const live = (limit: Limit, life: readonly Step[], floor = 0): Lived => {
  const bucket = make(limit, floor);
  let now = START;
  const taken: { at: number; amount: number; mark: number }[] = [];
  for (const { pauseShare, amountShare, transitShare, kind } of life) {
    now += Math.floor(pauseShare * limit.windowMs) * (kind === 'back' ? -1 : 1);
    const amount = Math.max(1, Math.floor(amountShare * bucket.capacity));
    const transitMs = Math.floor(transitShare * limit.windowMs);
    if (kind === 'debt') bucket.take(amount, now, 0);
    if (kind === 'give') {
      const last = taken.pop();
      if (last) bucket.give(last.amount, last.mark, now);
    }
    if (kind !== 'take' || bucket.waitMs(amount, now) > 0) continue;
    const mark = bucket.take(amount, now, transitMs);
    expect(bucket.level(now)).toBeGreaterThanOrEqual(0);
    taken.push({ at: now, amount, mark });
  }
  expect(bucket.level(now)).toBeLessThanOrEqual(bucket.capacity);
  return { bucket, limit, now, taken };
};

describe.each(KINDS)('$name', ({ shape }) => {
  const limitOf = (of: { amount: number; windowMs: number }): Limit => ({
    dimension: 'requests',
    ...of,
    ...shape,
    ...(shape.burstMs && { burstMs: Math.min(shape.burstMs, of.windowMs) }),
  });

  const forAll = (check: (lived: Lived, share: number) => void, kinds?: Step['kind'][]): void => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const floors = fc.constantFrom(0, 0.01);
    fc.assert(
      fc.property(limits, steps, floors, share, (of, life, floor, share) => {
        const chosen = kinds ? life.filter(({ kind }) => kinds.includes(kind)) : life;
        check(live(limitOf(of), chosen, floor), share);
      }),
    );
  };

  test('starts full', () => {
    const bucket = make(limitOf({ amount: 600, windowMs: 60_000 }));
    expect(bucket.level(START)).toBe(bucket.capacity);
    expect(bucket.waitMs(bucket.capacity, START)).toBe(0);
  });

  test('a wait is the shortest whole number of ms that works', () => {
    forAll(({ bucket, now }, share) => {
      const amount = Math.max(1, Math.floor(share * bucket.capacity));
      const waitMs = bucket.waitMs(amount, now);
      expect(Number.isSafeInteger(waitMs)).toBe(true);
      if (waitMs > 0) expect(bucket.waitMs(amount, now + waitMs - 1)).toBe(1);
      expect(bucket.waitMs(amount, now + waitMs)).toBe(0);
    });
  });

  test('what is taken and given back at once has never been', () => {
    forAll(({ bucket, now }, share) => {
      const probes = [0.1, 0.5, 1].map((part) => Math.ceil(part * bucket.capacity));
      const seen = () => [bucket.level(now), ...probes.map((probe) => bucket.waitMs(probe, now))];
      const before = seen();
      const amount = Math.max(1, Math.floor(share * bucket.capacity));
      if (bucket.waitMs(amount, now) > 0) return;
      bucket.give(amount, bucket.take(amount, now, 0), now);
      expect(seen()).toEqual(before);
    });
  });

  test('a clock that goes back creates nothing', () => {
    forAll(({ bucket, now }, share) => {
      const level = bucket.level(now);
      const before = now - Math.floor(share * 1e9);
      expect(bucket.level(before)).toBe(level);
      expect(bucket.level(now)).toBe(level);
      bucket.take(1, before, 0);
      expect(bucket.level(now)).toBe(level - 1);
    });
  });

  test('is set to what is said, and no higher than it can be', () => {
    forAll(({ bucket, now }, share) => {
      const level = Math.floor((share * 3 - 1) * bucket.capacity);
      bucket.set(level, now);
      expect(bucket.level(now)).toBe(Math.min(level, bucket.capacity));
      bucket.set(bucket.capacity, now);
      expect(bucket.level(now)).toBe(bucket.capacity);
    });
  });

  test('a new amount leaves used what is used', () => {
    forAll(
      ({ bucket, limit, now }, share) => {
        const used = bucket.capacity - bucket.level(now);
        bucket.resize(Math.ceil((0.5 + share / 2) * limit.amount), now);
        // Rounded three times.
        expect(Math.abs(bucket.capacity - bucket.level(now) - used)).toBeLessThanOrEqual(3);
      },
      ['take', 'give'],
    );
  });

  test('saved and loaded it has what had come back meanwhile, and no more', () => {
    forAll(
      ({ bucket, limit, now }, share) => {
        const saved: unknown = JSON.parse(JSON.stringify(bucket.save(now)));
        const elapsedMs = Math.floor(share * 1.2 * limit.windowMs);
        // Another process's clock, in which the same windows begin.
        const later = now + elapsedMs + 1000 * limit.windowMs;
        const loaded = make(limit, 0, later);
        loaded.load(saved as never, elapsedMs, later);
        const level = bucket.level(now + elapsedMs);
        expect(loaded.level(later)).toBeLessThanOrEqual(level);
        if (limit.refill === 'linear' && Number.isSafeInteger(limit.amount * limit.windowMs))
          expect(loaded.level(later)).toBeGreaterThanOrEqual(level - 2);
        const fullMs = limit.windowMs * 1.3 + 1;
        if (level >= 0) expect(loaded.level(later + fullMs)).toBe(loaded.capacity);
      },
      ['take', 'give'],
    );
  });

  test('nothing is too odd to load', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), limits, (value, of) => {
        const limit = limitOf(of);
        const saved = { used: value, taken: value, ageMs: value, burst: value, late: value };
        const bucket = make(limit);
        bucket.load(saved as never, 0, START);
        expect(bucket.level(START)).toBeLessThanOrEqual(bucket.capacity);
        expect(bucket.waitMs(1, START)).toBeGreaterThanOrEqual(0);
        expect(bucket.capacity).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

/** The most that was taken within any span of `windowMs`, and when. */
const heaviest = (taken: Lived['taken'], spanMs: number): number => {
  let most = 0;
  for (const { at: from } of taken) {
    const within = taken.filter(({ at }) => at >= from && at < from + spanMs);
    most = Math.max(
      most,
      within.reduce((sum, { amount }) => sum + amount, 0),
    );
  }
  return most;
};

describe('never over-admits', () => {
  const onlyTakings = steps.map((life) => life.map((step) => ({ ...step, kind: 'take' as const })));

  test('sliding: in any window no more than the amount', () => {
    fc.assert(
      fc.property(limits, onlyTakings, (of, life) => {
        const limit: Limit = { dimension: 'requests', ...of, refill: 'sliding' };
        const { taken } = live(limit, life);
        expect(heaviest(taken, limit.windowMs)).toBeLessThanOrEqual(limit.amount);
      }),
    );
  });

  test('fixed: in each window no more than the amount', () => {
    fc.assert(
      fc.property(limits, onlyTakings, (of, life) => {
        const limit: Limit = { dimension: 'requests', ...of, refill: 'fixed', startsAt: 0 };
        const sums = new Map<number, number>();
        for (const { at, amount } of live(limit, life).taken) {
          const window = Math.floor(at / limit.windowMs);
          sums.set(window, (sums.get(window) ?? 0) + amount);
        }
        for (const sum of sums.values()) expect(sum).toBeLessThanOrEqual(limit.amount);
      }),
    );
  });

  test('linear: in any span no more than is held and comes back', () => {
    fc.assert(
      fc.property(limits, onlyTakings, (of, life) => {
        const limit: Limit = { dimension: 'requests', ...of, refill: 'linear' };
        if (!Number.isSafeInteger(limit.amount * limit.windowMs * 40)) return;
        const { taken } = live(limit, life);
        for (const [first, { at: from }] of taken.entries()) {
          let sum = 0;
          for (const { at, amount } of taken.slice(first)) {
            sum += amount;
            const bound = limit.amount * limit.windowMs + limit.amount * (at - from);
            expect(sum * limit.windowMs).toBeLessThanOrEqual(bound);
          }
        }
      }),
    );
  });
});
