import { describe, expect, test } from 'vitest';
import type { Cost } from '#core/quota.ts';
import { Ledger } from '#ledger/ledger.ts';
import type { Limit } from '#ledger/limit.ts';

const MINUTE = 60_000;

const perMinute = (dimension: Limit['dimension'], amount: number): Limit => ({
  dimension,
  amount,
  windowMs: MINUTE,
  refill: 'linear',
});

const config = { source: 'config', now: 0 } as const;

const charge = (cost: Cost, account = 'a') => [{ account, cost }];

const level = (ledger: Ledger, now: number, account = 'a'): number =>
  ledger.gauges(account, now)[0]!.level;

describe('the bucket that public refusals show', () => {
  test.each([
    { limit: 10_000, used: 8554, requested: 3082, waitMs: 9816 },
    { limit: 30_000, used: 29_937, requested: 385, waitMs: 644 },
    { limit: 30_000, used: 14_567, requested: 24_754, waitMs: 18_642 },
    { limit: 15_000, used: 11_972, requested: 4351, waitMs: 5292 },
  ])('$used + $requested of $limit waits $waitMs ms', ({ limit, used, requested, waitMs }) => {
    const ledger = new Ledger({ floor: 0 });
    ledger.limit('a', perMinute('tokens', limit), config);
    ledger.reserve(charge({ tokens: used }), 0);
    expect(ledger.waitMs(charge({ tokens: requested }), 0)).toBe(waitMs);
    expect(ledger.reserve(charge({ tokens: requested }), waitMs - 1)).toBeUndefined();
    expect(ledger.reserve(charge({ tokens: requested }), waitMs)).toBeDefined();
  });

  test.each([
    { limit: 10_000, used: 8554, requested: 3082, waitMs: 9816 },
    { limit: 30_000, used: 29_937, requested: 385, waitMs: 644 },
  ])('learned from the text: $used + $requested of $limit', ({ waitMs, ...numbers }) => {
    const ledger = new Ledger({ floor: 0 });
    const cost = { requests: 1, tokens: numbers.requested };
    const reservation = ledger.reserve(charge(cost), 5000);
    const refusal = { class: 'minute', dimension: 'tokens', windowMs: MINUTE, ...numbers } as const;
    ledger.learn('a', { told: [], refusal }, { reservation, now: 5000 });
    reservation!.refund(5000);
    expect(ledger.waitMs(charge(cost), 5000)).toBe(waitMs);
    expect(ledger.waitMs(charge({ requests: 1, tokens: 1 }), 5000)).toBe(0);
  });
});

describe('a reservation', () => {
  test('takes all or nothing', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('requests', 10), config);
    ledger.limit('b', perMinute('requests', 1), config);
    const both = [...charge({ requests: 1 }), ...charge({ requests: 1 }, 'b')];
    expect(ledger.reserve(both, 0)).toBeDefined();
    expect(ledger.reserve(both, 0)).toBeUndefined();
    expect(level(ledger, 0)).toBe(9);
    expect(ledger.waitMs(both, 0)).toBe(MINUTE);
  });

  test('counts an account that is charged twice as a whole', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('requests', 3), config);
    const twice = [...charge({ requests: 2 }), ...charge({ requests: 2 })];
    expect(ledger.waitMs(twice, 0)).toBe(Infinity);
    expect(ledger.reserve(twice, 0)).toBeUndefined();
  });

  test('ends once', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 1000), config);
    const reservation = ledger.reserve(charge({ tokens: 500 }), 0)!;
    reservation.settle([{ tokens: 300 }], 0);
    reservation.settle([{ tokens: 0 }], 0);
    reservation.refund(0);
    expect(level(ledger, 0)).toBe(700);
  });

  test('settles into debt when it came to more', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 1000), config);
    ledger.reserve(charge({ tokens: 500 }), 0)!.settle([{ tokens: 1600 }], 0);
    expect(level(ledger, 0)).toBe(-600);
  });
});

test('an account without limits and refusals never waits', () => {
  const ledger = new Ledger();
  for (let i = 0; i < 10_000; i++)
    expect(ledger.reserve(charge({ requests: 1, tokens: 1e9 }), 0)).toBeDefined();
  expect(ledger.gauges('a', 0)).toEqual([]);
});
