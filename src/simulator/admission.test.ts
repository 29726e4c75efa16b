import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cost, admit } from '#simulator/admission.ts';
import { Bucket, type Limit } from '#simulator/bucket.ts';

const requests = (limit: number): Bucket =>
  new Bucket({ scope: 'project', dimension: 'requests', window: 'minute', limit });
const tokens = (limit: number, scope: Limit['scope'] = 'project'): Bucket =>
  new Bucket({ scope, dimension: 'tokens', window: 'minute', limit });

const refusalOf = (buckets: Bucket[], cost: Cost, nowMs = 0) => {
  const admission = admit(buckets, cost, nowMs);
  return admission.admitted ? undefined : admission.refusal;
};

describe('admission', () => {
  test('takes from every bucket or, tokens, from none', () => {
    const project = [requests(10), tokens(1000)];
    const shared = tokens(500, 'organisation');
    const all = [...project, shared];
    expect(admit(all, { requests: 1, tokens: 400 }, 0).admitted).toBe(true);
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

  test('a refused call spends its request, and the wait it is told holds after that', () => {
    const buckets = [requests(60)];
    for (let i = 0; i < 60; i++) admit(buckets, { requests: 1, tokens: 0 }, 0);
    const refusal = refusalOf(buckets, { requests: 1, tokens: 0 }, 500);
    expect(refusal).toMatchObject({ used: 60, requested: 1, waitMs: 1000 });
    expect(admit(buckets, { requests: 1, tokens: 0 }, 1499).admitted).toBe(false);
    expect(admit(buckets, { requests: 1, tokens: 0 }, 2499).admitted).toBe(true);
  });

  test('names the limit with the longest wait, one that no wait can help first', () => {
    const buckets = [requests(1), tokens(100), tokens(50, 'organisation')];
    admit(buckets, { requests: 1, tokens: 50 }, 0);
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
