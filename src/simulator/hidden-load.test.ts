import { expect, test } from 'vitest';
import { createBucket } from '#simulator/bucket.ts';
import { withHiddenLoad } from '#simulator/hidden-load.ts';
import { type Limit, MINUTE_MS } from '#simulator/limit.ts';

const limit: Limit = {
  scope: 'project',
  dimension: 'tokens',
  limit: 6000,
  windowMs: MINUTE_MS,
  refill: 'linear',
};

test('somebody else takes their share of what comes back, and no more than there is', () => {
  const bucket = withHiddenLoad(createBucket(limit), 0.5);
  bucket.take(6000, 0);
  // 100 a second come back, of which 50 go elsewhere.
  expect(bucket.gauge(10_000).remaining).toBe(500);
  expect(bucket.waitMs(550, 10_000)).toBe(500);
  bucket.take(500, 10_000);
  expect(bucket.gauge(10_000).remaining).toBe(0);
  expect(bucket.gauge(11_000).remaining).toBe(50);
});

test('a long silence costs no time, and ends as a short one does', () => {
  const bucket = withHiddenLoad(createBucket({ ...limit, refill: 'sliding' }), 0.25);
  expect(bucket.gauge(0).remaining).toBe(6000);
  // Of the last minute a quarter is always theirs.
  expect(bucket.gauge(1e12).remaining).toBe(4500);
  expect(bucket.gauge(1e12 + 500).remaining).toBe(4500);
});

test('all of it leaves nothing to anybody', () => {
  const bucket = withHiddenLoad(createBucket(limit), 1);
  bucket.take(6000, 0);
  expect(bucket.gauge(600_000).remaining).toBe(0);
});
