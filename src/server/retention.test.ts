import { expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { sweep } from '#server/retention.ts';

const DAY_MS = 86_400_000;

/** A store of records that are so many days old and take a thousand bytes each. */
const world = (ages: readonly number[]) => {
  const clock = new VirtualClock();
  let bodies = ages.toSorted((a, b) => b - a);
  /** How many days ago that was before which something is to go, each time that was asked. */
  const told: Record<string, number[]> = {};
  /** There are 1,200 of each. */
  const asked = (what: string) => async (wallMs: number, most: number) => {
    const times = (told[what] ??= []);
    times.push((clock.wall() - wallMs) / DAY_MS);
    return times.length * most > 1_200 ? 1_200 % most : most;
  };
  let left = ages.toSorted((a, b) => b - a);
  const spend = {
    removeBefore: async (wallMs: number, most: number) => {
      const old = left.filter((age) => clock.wall() - age * DAY_MS < wallMs).slice(0, most);
      left = left.slice(old.length);
      return old.length;
    },
    removeBodies: async (wallMs: number, most: number) => {
      const old = bodies.filter((age) => clock.wall() - age * DAY_MS < wallMs).slice(0, most);
      bodies = bodies.slice(old.length);
      return old.length;
    },
    removeOldest: async (most: number) => {
      const before = left.length;
      left = left.slice(most);
      return before - left.length;
    },
    bytes: async () => left.length * 1_000,
    count: async () => left.length,
    removeHours: asked('hours'),
    foldTags: asked('tags'),
    removeDays: asked('days'),
    removePaid: asked('paid'),
  };
  const audit = { removeBefore: asked('audit') };
  const run = async (days: number, bytes: number): Promise<number> => {
    const sweeping = sweep({
      spend,
      audit,
      paidSinceMs: () => clock.wall() - 400 * DAY_MS,
      clock,
      log: silentLog,
      days,
      bodyDays: 7,
      hourSumDays: 90,
      daySumDays: 1_000,
      auditDays: 365,
      bytes,
    });
    await clock.advance(60_000);
    return sweeping;
  };
  return { run, left: () => left, bodies: () => bodies, told };
};

test('sums, and who changed what, go when they are old, in batches', async () => {
  const { run, told } = world([]);
  await run(30, Infinity);
  const days = Object.entries(told).map(([what, ago]) => [what, ago.map(Math.round)]);
  expect(Object.fromEntries(days)).toEqual({
    hours: [90, 90, 90],
    tags: [90, 90, 90],
    days: [1_000, 1_000, 1_000],
    paid: [400, 400, 400],
    audit: [365, 365, 365],
  });
});

test('what is too old goes, in batches', async () => {
  const { run, left, bodies } = world([...Array.from({ length: 1_200 }, () => 40), 10, 1]);
  expect(await run(30, Infinity)).toBe(1_200);
  expect(left()).toEqual([10, 1]);
  expect(bodies()).toEqual([1]);
});

test('what is too much goes, the oldest first', async () => {
  const { run, left } = world(Array.from({ length: 2_000 }, (_, n) => n / 100));
  expect(await run(30, 500_000)).toBe(1_500);
  expect(left()).toHaveLength(500);
  expect(Math.max(...left())).toBeLessThan(5);
});
