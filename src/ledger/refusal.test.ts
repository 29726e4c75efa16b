import { describe, expect, test } from 'vitest';
import type { Cost, QuotaRefusal } from '#core/quota.ts';
import { Ledger } from '#ledger/ledger.ts';
import { charge, config, gaugeOf, levelOf, MINUTE, perMinute, refuse } from '#ledger/test-kit.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;

/** One call, refused at once. */
const refused = (
  refusal: QuotaRefusal,
  { cost = { requests: 1, tokens: 1000 }, now = 0, ledger = new Ledger() }: Partial<Case> = {},
): Ledger => {
  refuse(ledger, ledger.reserve(charge(cost), now)!, { now, refusal });
  return ledger;
};

interface Case {
  cost: Cost;
  now: number;
  ledger: Ledger;
}

const limited = (tokens: number, requests?: number): Ledger => {
  const ledger = new Ledger({ floor: 0 });
  ledger.limit('a', perMinute('tokens', tokens), config);
  if (requests) ledger.limit('a', perMinute('requests', requests), config);
  return ledger;
};

const waits = (ledger: Ledger, tokens: number, now = 0): number =>
  ledger.waitMs(charge({ requests: 1, tokens }), now);

describe('numbers of a minute', () => {
  test.each([
    { limit: 10_000, used: 8554, requested: 3082, waitMs: 9816 },
    { limit: 30_000, used: 29_937, requested: 385, waitMs: 644 },
    { limit: 30_000, used: 14_567, requested: 24_754, waitMs: 18_642 },
  ])('$used + $requested of $limit: waits $waitMs ms', ({ waitMs, ...numbers }) => {
    const refusal = { class: 'minute', dimension: 'tokens', windowMs: MINUTE, ...numbers } as const;
    const cost = { requests: 1, tokens: numbers.requested };
    const ledger = refused(refusal, { cost, ledger: new Ledger({ floor: 0 }) });
    expect(waits(ledger, numbers.requested)).toBe(waitMs);
    expect(gaugeOf(ledger, 0)).toMatchObject({ amount: numbers.limit, source: 'refusal' });
  });

  const used9000 = {
    class: 'minute',
    dimension: 'tokens',
    windowMs: MINUTE,
    limit: 10_000,
    used: 9000,
    requested: 3000,
    retryMs: 12_000,
  } as const;

  test('let smaller calls go on', () => {
    const ledger = refused(used9000, {
      ledger: limited(10_000),
      cost: { requests: 1, tokens: 3000 },
    });
    expect(levelOf(ledger, 0)).toBe(1000);
    expect(waits(ledger, 1000)).toBe(0);
    expect(waits(ledger, 3000)).toBe(12_000);
  });

  test('lack what was sent after the refused call', () => {
    const ledger = limited(100_000);
    const reservation = ledger.reserve(charge({ tokens: 3000 }), 0)!;
    ledger.reserve(charge({ tokens: 700 }), 0);
    refuse(ledger, reservation, { now: 0, refusal: { ...used9000, limit: 100_000, used: 99_000 } });
    expect(levelOf(ledger, 0)).toBe(300);
  });

  test('are the same before and after the call has been given back', () => {
    const ledger = limited(10_000);
    const reservation = ledger.reserve(charge({ tokens: 3000 }), 0)!;
    reservation.refund(0);
    ledger.learn('a', { told: [], refusal: used9000 }, { reservation, now: 0 });
    expect(levelOf(ledger, 0)).toBe(1000);
  });

  test('raise a level that was too low', () => {
    const ledger = limited(10_000);
    const debt = ledger.reserve(charge({ tokens: 3000 }), 0)!;
    ledger.reserve(charge({ tokens: 1 }), 0)!.settle([{ tokens: 9000 }], 0);
    refuse(ledger, debt, { now: 0, refusal: { ...used9000, used: 8000 } });
    expect(levelOf(ledger, 0)).toBe(2000 - 9000);
    ledger.learn('a', { told: [], refusal: { ...used9000, used: 8000 } }, { now: 0 });
    expect(levelOf(ledger, 0)).toBe(2000);
  });

  test('of more than was thought to be asked hold the same size back', () => {
    // We took it for 500, the upstream for 3000.
    const ledger = refused(used9000, {
      ledger: limited(10_000),
      cost: { requests: 1, tokens: 500 },
    });
    expect(waits(ledger, 500)).toBe(12_000);
    expect(waits(ledger, 499)).toBe(0);
    const { retryMs: _, ...silent } = used9000;
    const other = refused(silent, { ledger: limited(10_000), cost: { requests: 1, tokens: 500 } });
    expect(waits(other, 500)).toBe(12_000);
  });

  test('beyond the limit itself are a size, not a wait', () => {
    const beyond = { ...used9000, used: 0, requested: 12_000 };
    const ledger = refused(beyond, { cost: { requests: 1, tokens: 12_500 } });
    expect(waits(ledger, 12_500)).toBe(Infinity);
    expect(waits(ledger, 10_000)).toBe(0);
  });

  test('that cannot be true are none', () => {
    const wrong = { ...used9000, limit: NaN, used: -4, requested: NaN };
    const ledger = refused(wrong, { ledger: limited(10_000) });
    expect(gaugeOf(ledger, 0)).toMatchObject({ amount: 10_000, source: 'config' });
    expect(waits(ledger, 1000)).toBe(12_000);
  });
});

describe('a time alone', () => {
  const wait4s = { class: 'minute', retryMs: 4000 } as const;

  test('holds back what is at least as large', () => {
    const ledger = refused(wait4s, { ledger: limited(100_000) });
    expect(waits(ledger, 1000)).toBe(4000);
    expect(waits(ledger, 999)).toBe(0);
    expect(waits(ledger, 1000, 3999)).toBe(1);
    expect(waits(ledger, 1000, 4000)).toBe(0);
    expect(ledger.blockedUntil('a', 0)).toBe(0);
  });

  test.each([0.1, 123.456, 1e6 / 3])('is told in whole milliseconds at %d', (now) => {
    const ledger = refused(wait4s, { ledger: limited(100_000), now });
    expect(waits(ledger, 1000, now)).toBe(4000);
    expect(waits(ledger, 1000, now + 4000)).toBe(0);
  });

  test('counts in the dimension that was named', () => {
    const ledger = refused({ ...wait4s, dimension: 'tokens' }, { ledger: limited(100_000) });
    expect(ledger.waitMs(charge({ requests: 0, tokens: 1000 }), 0)).toBe(4000);
    expect(waits(ledger, 999)).toBe(0);
  });

  test('holds everybody back when nobody knows which call it was', () => {
    const ledger = limited(100_000);
    ledger.learn('a', { told: [], refusal: wait4s }, { now: 0 });
    expect(waits(ledger, 1)).toBe(4000);
    expect(ledger.blockedUntil('a', 0)).toBe(4000);
  });

  test('of many sizes keeps a bounded number', () => {
    const ledger = limited(1_000_000);
    for (let i = 1; i <= 50; i++) {
      const cost = { tokens: 2000 - i, input: i };
      refused({ class: 'minute', retryMs: 7e6 + i }, { ledger, cost, now: i * 60_001 });
    }
    expect(JSON.stringify(ledger.snapshot(3e6)).length).toBeLessThan(2000);
  });

  test.each([0, -5, NaN])('of %s ms is none', (retryMs) => {
    const ledger = refused(
      { class: 'minute', dimension: 'tokens', retryMs },
      { ledger: limited(100_000) },
    );
    expect(waits(ledger, 1000)).toBeLessThan(MINUTE);
  });
});

describe('requests that were refused although there was room', () => {
  const refusal = { class: 'minute', dimension: 'requests', windowMs: MINUTE } as const;

  /** So many calls at once, of which the first are taken: ten, unless said. */
  const burst = (ledger: Ledger, calls: number, { now = 0, taken = 10 } = {}): void => {
    const sent = Array.from({ length: calls }, () => ledger.reserve(charge({ requests: 1 }), now));
    for (const reservation of sent.filter((one) => one !== undefined).slice(taken))
      refuse(ledger, reservation, { now, refusal });
  };

  test('are spent by shorter windows: so much less at once', () => {
    const ledger = limited(1e6, 600);
    burst(ledger, 11);
    expect(gaugeOf(ledger, 0, 'requests')).toMatchObject({ amount: 600, capacity: 420 });
    expect(ledger.waitMs(charge({ requests: 1 }), 0)).toBe(100);
  });

  test('show how much could be spent, and no less is left', () => {
    const ledger = limited(1e6, 600);
    for (let now = 0; now < 600_000; now += 20_000) burst(ledger, 20, { now });
    const { capacity } = gaugeOf(ledger, 600_000, 'requests');
    expect(capacity).toBeGreaterThanOrEqual(10);
    expect(capacity).toBeLessThanOrEqual(14);
  });

  test('come back by a twentieth per minute', () => {
    const ledger = limited(1e6, 600);
    burst(ledger, 11);
    expect(gaugeOf(ledger, 59_999, 'requests').capacity).toBe(420);
    expect(gaugeOf(ledger, MINUTE, 'requests').capacity).toBe(441);
    expect(gaugeOf(ledger, HOUR, 'requests').capacity).toBe(600);
  });

  test('come back slower each time that they are refused again, and faster once they are not', () => {
    const ledger = limited(1e6, 600);
    const capacity = (now: number) => gaugeOf(ledger, now, 'requests').capacity;
    burst(ledger, 101, { taken: 100 });
    expect(capacity(MINUTE)).toBe(441);
    burst(ledger, 101, { now: MINUTE, taken: 100 });
    expect(capacity(4 * MINUTE)).toBe(210);
    expect(capacity(5 * MINUTE)).toBe(220);
    // Twice as much after an hour; by then it comes back each minute.
    expect(capacity(60 * MINUTE)).toBeLessThan(420);
    expect(capacity(62 * MINUTE)).toBeGreaterThan(420);
    expect(capacity(67 * MINUTE)).toBeGreaterThan(540);
  });

  test('come back slowly from the start where the upstream says that nothing is left', () => {
    const ledger = limited(1e6, 600);
    const calls = Array.from({ length: 101 }, () => ledger.reserve(charge({ requests: 1 }), 0)!);
    const empty = { ...refusal, limit: 600, used: 600, requested: 1 };
    refuse(ledger, calls[100]!, { now: 0, refusal: empty });
    const capacity = (now: number) => gaugeOf(ledger, now, 'requests').capacity;
    expect([0, 3 * MINUTE, 4 * MINUTE].map(capacity)).toEqual([100, 100, 105]);
  });

  test('are one at a time at least', () => {
    const ledger = limited(1e6, 60);
    for (let now = 0; now < 100_000; now += 2000) {
      const reservation = ledger.reserve(charge({ requests: 1 }), now);
      if (reservation) refuse(ledger, reservation, { now, refusal });
    }
    expect(gaugeOf(ledger, 100_000, 'requests').capacity).toBe(1);
  });

  test('are not told higher by headers', () => {
    const ledger = limited(1e6, 600);
    burst(ledger, 11);
    const told = [{ dimension: 'requests', windowMs: MINUTE, limit: 600, remaining: 600 } as const];
    ledger.learn('a', { told }, { now: 0 });
    expect(gaugeOf(ledger, 0, 'requests')).toMatchObject({ capacity: 420, level: 0 });
  });

  test('are meant when nothing is named', () => {
    const ledger = limited(1e6, 600);
    refused({ class: 'minute' }, { ledger });
    expect(gaugeOf(ledger, 0, 'requests').capacity).toBe(420);
  });
});

describe('the floor', () => {
  const numbers = { windowMs: MINUTE, limit: 100_000, used: 90_000, requested: 12_000 } as const;

  /** Two calls of 900 of 100,000 tokens, each of which the upstream takes for more than it has. */
  const estimatedTooLow = (ledger: Ledger, now: number): void => {
    const calls = [0, 1].map(() => ledger.reserve(charge({ tokens: 900 }), now)!);
    for (const reservation of calls)
      refuse(ledger, reservation, {
        now,
        refusal: { class: 'minute', dimension: 'tokens', ...numbers },
      });
  };

  test('is wider for a while when it did not do', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 100_000), config);
    const floor = (now: number) => {
      const { level } = gaugeOf(ledger, now);
      let most = level;
      while (ledger.waitMs(charge({ tokens: most }), now) > 0) most -= 100;
      return level - most;
    };
    expect(floor(0)).toBe(0);
    ledger.reserve(charge({ tokens: 50_000 }), 0);
    expect(floor(0)).toBe(1000);
    estimatedTooLow(ledger, 0);
    // Once: the other was sent before.
    expect(floor(2000)).toBeGreaterThanOrEqual(2000);
    expect(floor(2000)).toBeLessThan(2200);
    for (let now = 10_000; now < 60_000; now += 10_000) estimatedTooLow(ledger, now);
    expect(floor(62_000)).toBeLessThanOrEqual(8100);
    // An hour on, what goes has its old floor.
    ledger.reserve(charge({ tokens: 1 }), 3_700_000);
    ledger.reserve(charge({ tokens: 50_000 }), 3_700_000);
    expect(floor(3_700_000)).toBeLessThanOrEqual(1100);
  });
});

describe('a day', () => {
  test('parks the account', () => {
    const ledger = refused({ class: 'day', retryMs: 5 * HOUR });
    expect(ledger.blockedUntil('a', 0)).toBe(5 * HOUR);
    expect(waits(ledger, 1)).toBe(5 * HOUR);
    expect(ledger.reserve(charge({ requests: 1 }), 5 * HOUR)).toBeDefined();
    expect(ledger.blockedUntil('a', 5 * HOUR)).toBe(0);
  });

  test('without a time is asked again in an hour', () => {
    expect(refused({ class: 'day' }).blockedUntil('a', 0)).toBe(HOUR);
  });

  test('with numbers leaves a limit that is true', () => {
    const numbers = { dimension: 'tokens', windowMs: DAY, limit: 100_000, used: 99_500 } as const;
    const ledger = refused({ class: 'day', ...numbers, requested: 1000, retryMs: 432_000 });
    expect(ledger.gauges('a', 0)).toMatchObject([{ windowMs: DAY, amount: 100_000, level: 500 }]);
    expect(waits(ledger, 1000, 432_000)).toBeGreaterThan(0);
  });

  test('ends when a fixed limit of ours does', () => {
    const ledger = new Ledger();
    ledger.limit(
      'a',
      { dimension: 'requests', amount: 50, windowMs: DAY, refill: 'fixed' },
      config,
    );
    refused({ class: 'day', dimension: 'requests', retryMs: HOUR }, { ledger });
    expect(levelOf(ledger, HOUR - 1)).toBe(0);
    expect(levelOf(ledger, HOUR)).toBe(50);
    expect(ledger.waitMs(charge({ requests: 1 }), 0)).toBe(HOUR);
  });
});

test('money parks the account until it is asked again in an hour', () => {
  const ledger = refused({ class: 'money', retryMs: 20 });
  expect(ledger.blockedUntil('a', 0)).toBe(HOUR);
  expect(ledger.blockedUntil('b', 0)).toBe(0);
});

describe('a size', () => {
  test('above a stated limit never fits', () => {
    const stated = { dimension: 'tokens', limit: 30_000, requested: 36_055 } as const;
    const ledger = refused({ class: 'size', ...stated }, { cost: { requests: 1, tokens: 36_055 } });
    expect(waits(ledger, 36_055, 10 * HOUR)).toBe(Infinity);
    expect(waits(ledger, 30_000)).toBe(0);
  });

  test('without a limit is remembered, and tried again in an hour', () => {
    const ledger = refused({ class: 'size' }, { cost: { requests: 1, tokens: 36_055 } });
    expect(waits(ledger, 36_055)).toBe(Infinity);
    expect(waits(ledger, 40_000)).toBe(Infinity);
    expect(waits(ledger, 36_054)).toBe(0);
    expect(waits(ledger, 40_000, HOUR)).toBe(0);
  });

  test('that we take for less than the limit is remembered too', () => {
    const stated = { dimension: 'tokens', limit: 30_000, requested: 36_055 } as const;
    const ledger = refused({ class: 'size', ...stated }, { cost: { requests: 1, tokens: 25_000 } });
    expect(waits(ledger, 25_000)).toBe(Infinity);
    expect(waits(ledger, 24_000)).toBe(0);
  });

  test('stays one when smaller calls are held back for longer', () => {
    const ledger = refused({ class: 'size' }, { cost: { requests: 1, tokens: 9000 } });
    refused(
      { class: 'minute', dimension: 'tokens', retryMs: 2 * HOUR },
      { ledger, cost: { tokens: 10 } },
    );
    expect(waits(ledger, 9000)).toBe(Infinity);
    expect(waits(ledger, 8999)).toBe(2 * HOUR);
  });

  test('of nobody knows what is none', () => {
    const ledger = new Ledger();
    ledger.learn('a', { told: [], refusal: { class: 'size' } }, { now: 0 });
    expect(waits(ledger, 1e6)).toBe(0);
  });
});
