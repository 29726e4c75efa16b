import { expect, test } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { createBucket } from '#simulator/bucket.ts';
import type { Limit } from '#simulator/limit.ts';
import { PLAIN_HEADERS, ToldLimits } from '#simulator/told-limits.ts';

const limit: Limit = {
  scope: 'project',
  dimension: 'tokens',
  limit: 6000,
  windowMs: 60_000,
  refill: 'linear',
};
const random = seededRandom(1);
const now = (used: number) => {
  const bucket = createBucket(limit);
  bucket.take(used, 0);
  return [bucket.gauge(0)];
};
const remaining = (told: ToldLimits, used: number, nowMs = 0) =>
  told.tell(now(used), { nowMs, random }).map((gauge) => gauge.remaining);

test('the truth, unless something else was asked for', () => {
  expect(remaining(new ToldLimits(PLAIN_HEADERS), 1234)).toEqual([4766]);
  expect(remaining(new ToldLimits({ ...PLAIN_HEADERS, round: 1000 }), 1234)).toEqual([4000]);
  expect(remaining(new ToldLimits({ ...PLAIN_HEADERS, emit: 'never' }), 1234)).toEqual([]);
});

test('nothing in some of the answers', () => {
  const told = new ToldLimits({ ...PLAIN_HEADERS, omitProb: 0.25 });
  const silent = Array.from({ length: 4000 }, () => remaining(told, 0)).filter(
    ({ length }) => length === 0,
  );
  expect(silent.length / 4000).toBeCloseTo(0.25, 1);
});

test('what was true a while ago', () => {
  const told = new ToldLimits({ ...PLAIN_HEADERS, lagMs: 500 });
  told.remember(now(0), -Infinity);
  told.remember(now(1000), 0);
  told.remember(now(2000), 400);
  expect(remaining(told, 2000, 400)).toEqual([6000]);
  expect(remaining(told, 2000, 500)).toEqual([5000]);
  told.remember(now(3000), 899);
  expect(remaining(told, 3000, 899)).toEqual([5000]);
  expect(remaining(told, 3000, 900)).toEqual([4000]);
});

test('of a limit that is not shown, nothing', () => {
  const hidden = createBucket({ ...limit, shown: false }).gauge(0);
  expect(new ToldLimits(PLAIN_HEADERS).tell([hidden], { nowMs: 0, random })).toEqual([]);
});
