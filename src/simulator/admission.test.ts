import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cost, admit } from '#simulator/admission.ts';
import { type Bucket, createBucket } from '#simulator/bucket.ts';
import { type Dimension, type Limit, MINUTE_MS } from '#simulator/limit.ts';
import { createLimiter } from '#simulator/limiter.ts';

const limitOf = (dimension: Dimension, limit: number, more: Partial<Limit> = {}): Limit => ({
  scope: 'project',
  dimension,
  limit,
  windowMs: MINUTE_MS,
  refill: 'linear',
  ...more,
});
const requests = (limit: number): Bucket => createBucket(limitOf('requests', limit));
const tokens = (limit: number, scope: Limit['scope'] = 'project'): Bucket =>
  createBucket(limitOf('tokens', limit, { scope }));

const refusalOf = (buckets: Bucket[], cost: Cost, nowMs = 0) => {
  const admission = admit(buckets, cost, { nowMs });
  return admission.admitted ? undefined : admission.refusal;
};

describe('admission', () => {
  test('takes from every bucket or, tokens, from none', () => {
    const project = [requests(10), tokens(1000)];
    const shared = tokens(500, 'organisation');
    const all = [...project, shared];
    expect(admit(all, { requests: 1, tokens: 400 }, { nowMs: 0 }).admitted).toBe(true);
    expect(refusalOf(all, { requests: 1, tokens: 400 })).toMatchObject({
      scope: 'organisation',
      dimension: 'tokens',
      limit: 500,
      used: 400,
      requested: 400,
      waitMs: 36_000,
    });
    expect(all.map((bucket) => bucket.gauge(0).remaining)).toEqual([8, 600, 100]);
  });

  test('a refused call spends a request where one is there, and the wait it is told holds after that', () => {
    const buckets = [requests(60)];
    for (let i = 0; i < 60; i++) admit(buckets, { requests: 1, tokens: 0 }, { nowMs: 0 });
    const refusal = refusalOf(buckets, { requests: 1, tokens: 0 }, 500);
    // Half a request was there: too little to spend.
    expect(refusal).toMatchObject({ used: 60, requested: 1, waitMs: 500 });
    expect(admit(buckets, { requests: 1, tokens: 0 }, { nowMs: 999 }).admitted).toBe(false);
    expect(admit(buckets, { requests: 1, tokens: 0 }, { nowMs: 1000 }).admitted).toBe(true);
  });

  test('names the limit with the longest wait, one that no wait can help first', () => {
    const buckets = [requests(1), tokens(100), tokens(50, 'organisation')];
    admit(buckets, { requests: 1, tokens: 50 }, { nowMs: 0 });
    const cost = { requests: 1, tokens: 60 };
    expect(refusalOf(buckets, cost)).toMatchObject({ scope: 'organisation', waitMs: Infinity });
  });

  test('a single caller who waits as told gets in after a few tries at most', () => {
    const costs = fc.record({ requests: fc.constant(1), tokens: fc.integer({ min: 0, max: 900 }) });
    fc.assert(
      fc.property(fc.array(costs, { minLength: 1, maxLength: 40 }), (calls) => {
        const buckets = [requests(7), tokens(1000), tokens(900, 'organisation')];
        let nowMs = 0;
        for (const cost of calls) {
          let tries = 0;
          for (let no = refusalOf(buckets, cost, nowMs); no; no = refusalOf(buckets, cost, nowMs)) {
            nowMs += no.waitMs;
            expect(++tries).toBeLessThan(4);
          }
        }
      }),
    );
  });
});

describe('a limiter', () => {
  const limits = [limitOf('requests', 60, { burstMs: 1000 }), limitOf('tokens', 1000)];

  test('is settled by what a call came to: refunds, and debts that later calls wait for', () => {
    const limiter = createLimiter(limits);
    const first = limiter.admit({ requests: 1, tokens: 900 }, 0);
    if (!first.admitted) throw new Error('refused');
    limiter.settle(first.reservation, { requests: 1, tokens: 100 }, 0);
    expect(limiter.gauges(0).map(({ remaining }) => remaining)).toEqual([0, 900]);
    const second = limiter.admit({ requests: 1, tokens: 900 }, 1000);
    if (!second.admitted) throw new Error('refused');
    limiter.settle(second.reservation, { requests: 1, tokens: 1900 }, 1000);
    expect(limiter.gauges(1000)[1]).toMatchObject({ remaining: 0, used: 1984 });
    expect(limiter.admit({ requests: 1 }, 2000)).toMatchObject({
      admitted: false,
      refusal: { dimension: 'tokens', used: 1967, requested: 0, waitMs: 58_000 },
    });
  });

  test('spends no request on a refusal where the vendor does not', () => {
    const [counting, lenient] = [
      createLimiter(limits),
      createLimiter(limits, { failedCountsRequest: false }),
    ];
    for (const limiter of [counting, lenient])
      expect(limiter.admit({ requests: 1, tokens: 5000 }, 0).admitted).toBe(false);
    expect(counting.admit({ requests: 1 }, 0).admitted).toBe(false);
    expect(lenient.admit({ requests: 1 }, 0).admitted).toBe(true);
  });

  test('draws from what it shares', () => {
    const shared = [tokens(1000, 'organisation')];
    const [one, two] = [createLimiter([], { shared }), createLimiter(limits, { shared })];
    expect(one.admit({ requests: 1, tokens: 600 }, 0).admitted).toBe(true);
    expect(two.admit({ requests: 1, tokens: 600 }, 0)).toMatchObject({
      refusal: { scope: 'organisation', used: 600, waitMs: 12_000 },
    });
  });
});
