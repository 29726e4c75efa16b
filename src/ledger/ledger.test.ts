import { describe, expect, test } from 'vitest';
import type { Cost, Dimension } from '#core/quota.ts';
import { Ledger } from '#ledger/ledger.ts';
import type { Limit } from '#ledger/limit.ts';
import { charge, config, levelOf, MINUTE, perMinute, refuse } from '#ledger/test-kit.ts';

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
});

describe('a limit', () => {
  test.each<[string, Partial<Record<keyof Limit, unknown>>]>([
    ['amount', { amount: 0 }],
    ['amount', { amount: -5 }],
    ['amount', { amount: 1.5 }],
    ['amount', { amount: NaN }],
    ['amount', { amount: Infinity }],
    ['amount', { amount: 2e15 }],
    ['amount', { amount: '60' }],
    ['windowMs', { windowMs: 0 }],
    ['windowMs', { windowMs: 1e12 }],
    ['burstMs', { burstMs: 0 }],
    ['burstMs', { burstMs: MINUTE + 1 }],
    ['startsAt', { startsAt: 0.5 }],
    ['dimension', { dimension: 'bytes' }],
    ['refill', { refill: 'leaky' }],
  ])('has a true %s: not %o', (field, wrong) => {
    const limit = { ...perMinute('requests', 60), ...wrong } as Limit;
    const state = () => new Ledger().limit('a', limit, config);
    expect(state).toThrow(RangeError);
    expect(state).toThrow(`limit: ${field} must be`);
  });

  test('stated anew keeps what is used', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('requests', 100), config);
    ledger.reserve(charge({ requests: 30 }), 0);
    ledger.limit('a', perMinute('requests', 50), config);
    expect(levelOf(ledger, 0)).toBe(20);
    ledger.limit('a', { ...perMinute('requests', 60), refill: 'fixed' }, config);
    expect(ledger.gauges('a', 0)).toMatchObject([{ refill: 'fixed', amount: 60, level: 30 }]);
  });

  test('of another window is another limit', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('requests', 60), config);
    ledger.limit('a', { ...perMinute('requests', 70), windowMs: 86_400_000 }, config);
    ledger.reserve(charge({ requests: 60 }), 0);
    expect(ledger.gauges('a', 0).map(({ level }) => level)).toEqual([0, 10]);
    expect(ledger.waitMs(charge({ requests: 20 }), 0)).toBe(12_342_858);
  });

  test('may be spent by portions', () => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('requests', 600), burstMs: 1000 }, config);
    expect(ledger.gauges('a', 0)).toMatchObject([{ amount: 600, capacity: 10, level: 10 }]);
    expect(ledger.waitMs(charge({ requests: 11 }), 0)).toBe(Infinity);
    ledger.reserve(charge({ requests: 10 }), 0);
    expect(ledger.waitMs(charge({ requests: 1 }), 0)).toBe(100);
  });

  test('of one request per minute lets one through at once, whatever its portion', () => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('requests', 1), burstMs: 1000 }, config);
    expect(ledger.waitMs(charge({ requests: 1 }), 0)).toBe(0);
  });

  test('of money comes back with the month', () => {
    const month = 2_678_400_000;
    const ledger = new Ledger();
    const budget: Limit = {
      dimension: 'money',
      amount: 100_000_000_000,
      windowMs: month,
      refill: 'fixed',
      startsAt: -1000,
    };
    ledger.limit('a', budget, config);
    ledger.reserve(charge({ money: 99_999_999_999 }), 0);
    expect(ledger.waitMs(charge({ money: 2 }), 0)).toBe(month - 1000);
    expect(ledger.waitMs(charge({ money: 1 }), 0)).toBe(0);
  });
});

describe('what a charge waits for', () => {
  const shortOf = (ledger: Ledger, cost: Cost, now = 0) =>
    ledger.shortOf({ account: 'a', cost }, now);

  test('is what it waits for longest', () => {
    const ledger = new Ledger({ floor: 0 });
    ledger.limit('a', perMinute('tokens', 6000), config);
    ledger.limit('a', perMinute('requests', 6), config);
    expect(shortOf(ledger, { requests: 1, tokens: 100 })).toBeUndefined();
    ledger.reserve(charge({ requests: 6, tokens: 5000 }), 0);
    expect(shortOf(ledger, { requests: 1, tokens: 100 })).toBe('requests');
    expect(shortOf(ledger, { requests: 1, tokens: 4000 })).toBe('tokens');
    expect(shortOf(ledger, { tokens: 9000 })).toBe('tokens');
    expect(shortOf(ledger, { tokens: 100 })).toBeUndefined();
    expect(ledger.shortOf({ account: 'b', cost: { tokens: 100 } }, 0)).toBeUndefined();
  });

  test('is what a refusal spoke of, while it holds, unless that was several things', () => {
    const refused = (cost: Cost, dimension?: Dimension): Ledger => {
      const ledger = new Ledger();
      const told = { class: 'minute', retryMs: 5000, ...(dimension && { dimension }) } as const;
      refuse(ledger, ledger.reserve(charge(cost), 0)!, { now: 0, refusal: told });
      return ledger;
    };
    const cost = { requests: 1, tokens: 1000 };
    const ledger = refused(cost, 'tokens');
    expect(ledger.waitMs(charge(cost), 0)).toBe(5000);
    expect(shortOf(ledger, cost)).toBe('tokens');
    expect(shortOf(ledger, cost, 5000)).toBeUndefined();
    expect(shortOf(refused(cost), cost)).toBeUndefined();
  });
});

describe('the floor', () => {
  test('is left over of tokens, but for a call as large as the limit', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 6000), config);
    ledger.reserve(charge({ tokens: 5000 }), 0);
    expect(ledger.waitMs(charge({ tokens: 940 }), 0)).toBe(0);
    expect(ledger.waitMs(charge({ tokens: 941 }), 0)).toBe(10);
    expect(ledger.waitMs(charge({ tokens: 6000 }), 0)).toBe(50_000);
    expect(ledger.waitMs(charge({ tokens: 6001 }), 0)).toBe(Infinity);
  });

  test('is not for what is counted, nor where the account has none', () => {
    const ledger = new Ledger({
      floor: 0.5,
      floorOf: (account) => (account === 'b' ? 0 : undefined),
    });
    ledger.limit('a', perMinute('requests', 10), config);
    ledger.limit('b', perMinute('tokens', 10), config);
    ledger.limit('c', perMinute('tokens', 10), config);
    const waits = (account: string, cost: { requests: number } | { tokens: number }) => {
      ledger.reserve(charge(cost, account), 0);
      return ledger.waitMs(charge(cost, account), 0);
    };
    expect(waits('a', { requests: 5 })).toBe(0);
    expect(waits('b', { tokens: 5 })).toBe(0);
    expect(waits('c', { tokens: 5 })).toBe(30_000);
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
    expect(levelOf(ledger, 0)).toBe(9);
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
    expect(levelOf(ledger, 0)).toBe(700);
  });

  test('settles into debt when it came to more', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 1000), config);
    ledger.reserve(charge({ tokens: 500 }), 0)!.settle([{ tokens: 1600 }], 0);
    expect(levelOf(ledger, 0)).toBe(-600);
    expect(ledger.waitMs(charge({ tokens: 100 }), 0)).toBe(42_600);
  });

  test('that nobody priced in the end came to what was reserved', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 1000), config);
    ledger.reserve(charge({ tokens: 500 }), 0)!.settle([], 0);
    ledger.reserve(charge({ tokens: 100 }), 0)!.settle([{ tokens: NaN }], 0);
    expect(levelOf(ledger, 0)).toBe(500);
  });

  test('counts calls under way and gives them back at their end', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('parallel', 2), config);
    const one = ledger.reserve(charge({ parallel: 1 }), 0)!;
    const two = ledger.reserve(charge({ parallel: 1 }), 0)!;
    expect(ledger.reserve(charge({ parallel: 1 }), 9e9)).toBeUndefined();
    const waitMs = ledger.waitMs(charge({ parallel: 1 }), 0);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThan(10_000);
    one.settle([{ parallel: 1 }], 50);
    two.refund(50);
    expect(levelOf(ledger, 50)).toBe(2);
    expect(ledger.waitMs(charge({ parallel: 3 }), 0)).toBe(Infinity);
  });

  test('of calls under way needs no window', () => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('parallel', 1), windowMs: 0, refill: 'fixed' }, config);
    ledger.reserve(charge({ parallel: 1 }), 0);
    expect(ledger.reserve(charge({ parallel: 1 }), 9e9)).toBeUndefined();
  });

  test('counts calls that were under way before the limit was stated', () => {
    const ledger = new Ledger();
    const reservation = ledger.reserve(charge({ parallel: 1 }), 0)!;
    ledger.limit('a', perMinute('parallel', 1), config);
    expect(ledger.reserve(charge({ parallel: 1 }), 0)).toBeUndefined();
    reservation.refund(1);
    expect(ledger.reserve(charge({ parallel: 1 }), 1)).toBeDefined();
  });

  test('of what costs nothing always fits', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 10), config);
    ledger.reserve(charge({ tokens: 10 }), 0)!.settle([{ tokens: 1e6 }], 0);
    expect(ledger.waitMs(charge({ requests: 1, tokens: 0 }), 0)).toBe(0);
  });
});

describe('transit', () => {
  const wait = (taken: number, transitMs: number) => {
    const ledger = new Ledger({ floor: 0 });
    ledger.limit('a', perMinute('requests', 60), config);
    ledger.reserve(charge({ requests: taken }), 0, { transitMs });
    return ledger.waitMs(charge({ requests: 60 }), 0);
  };

  test('what is full upstream stays full until the call is there', () => {
    expect(wait(10, 0)).toBe(10_000);
    expect(wait(10, 40)).toBe(10_040);
  });

  test('what is not full is refilled meanwhile, as far as it can', () => {
    const ledger = new Ledger({ floor: 0 });
    ledger.limit('a', perMinute('requests', 60), config);
    ledger.reserve(charge({ requests: 30 }), 0);
    ledger.reserve(charge({ requests: 10 }), 5000, { transitMs: 300 });
    expect(ledger.waitMs(charge({ requests: 60 }), 5000)).toBe(35_000);
    // Full at 40,000: of 300 ms on the way 100 are lost.
    ledger.reserve(charge({ requests: 10 }), 39_800, { transitMs: 300 });
    expect(ledger.waitMs(charge({ requests: 60 }), 39_800)).toBe(10_300);
  });

  test.each([NaN, -5, Infinity])('of %s ms is none, or a bounded one', (transitMs) => {
    expect(wait(10, transitMs)).toBeLessThanOrEqual(20_000);
  });

  test('a window that ends meanwhile is not the one that counts the call', () => {
    const ledger = new Ledger();
    const limit = { ...perMinute('requests', 10), refill: 'fixed', startsAt: 0 } as const;
    ledger.limit('a', limit, config);
    ledger.reserve(charge({ requests: 4 }), 59_990, { transitMs: 20 });
    expect(levelOf(ledger, 59_990)).toBe(6);
    expect(levelOf(ledger, MINUTE)).toBe(6);
    expect(ledger.waitMs(charge({ requests: 8 }), 59_990)).toBe(MINUTE + 10);
    expect(levelOf(ledger, 2 * MINUTE)).toBe(10);
  });
});

test('an account without limits and refusals never waits', () => {
  const ledger = new Ledger();
  for (let i = 0; i < 10_000; i++)
    expect(ledger.reserve(charge({ requests: 1, tokens: 1e9 }), 0)).toBeDefined();
  expect(ledger.gauges('a', 0)).toEqual([]);
  expect(ledger.blockedUntil('a', 0)).toBe(0);
});
