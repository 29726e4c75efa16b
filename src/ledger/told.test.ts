import { describe, expect, test } from 'vitest';
import type { ToldLimit } from '#core/quota.ts';
import { Ledger } from '#ledger/ledger.ts';
import { charge, config, gaugeOf, levelOf, MINUTE, perMinute, refuse } from '#ledger/test-kit.ts';

const tokens = (told: Partial<ToldLimit>): ToldLimit => ({
  dimension: 'tokens',
  windowMs: MINUTE,
  ...told,
});

/** A ledger with a call of 1000 tokens that was sent at 0, and what its answer tells at `now`. */
const answered = (told: Partial<ToldLimit>, { now = 0, limit = 0 } = {}) => {
  const ledger = new Ledger();
  if (limit > 0) ledger.limit('a', perMinute('tokens', limit), config);
  const reservation = ledger.reserve(charge({ requests: 1, tokens: 1000 }), 0)!;
  const hear = (told: Partial<ToldLimit>, now: number) =>
    ledger.learn('a', { told: [tokens(told)] }, { reservation, now });
  hear(told, now);
  return { ledger, reservation, hear };
};

describe('a limit that was not known', () => {
  test('is there, with what was left', () => {
    const { ledger } = answered({ limit: 60_000, remaining: 20_000 });
    expect(ledger.gauges('a', 0)).toMatchObject([
      { dimension: 'tokens', amount: 60_000, level: 20_000, source: 'header', refill: 'linear' },
    ]);
  });

  test('has what came back since the call was charged', () => {
    const { ledger } = answered({ limit: 60_000, remaining: 20_000 }, { now: 3000 });
    expect(levelOf(ledger, 3000)).toBe(23_000);
  });

  test('lacks what was sent after the call, and nothing that was sent before it', () => {
    const ledger = new Ledger();
    ledger.reserve(charge({ tokens: 100 }), 0);
    const reservation = ledger.reserve(charge({ tokens: 1000 }), 0)!;
    const later = ledger.reserve(charge({ tokens: 5000 }), 0)!;
    const told = [tokens({ limit: 60_000, remaining: 20_000 })];
    ledger.learn('a', { told }, { reservation, now: 0 });
    expect(levelOf(ledger, 0)).toBe(15_000);
    later.settle([{ tokens: 2000 }], 0);
    reservation.settle([{ tokens: 1500 }], 0);
    expect(levelOf(ledger, 0)).toBe(17_500);
    expect(levelOf(ledger, 1000)).toBe(18_500);
  });

  test('has what was given back before the answer was read', () => {
    const ledger = new Ledger();
    const reservation = ledger.reserve(charge({ tokens: 1000 }), 0)!;
    reservation.settle([{ tokens: 400 }], 0);
    ledger.learn(
      'a',
      { told: [tokens({ limit: 60_000, remaining: 20_000 })] },
      { reservation, now: 0 },
    );
    expect(levelOf(ledger, 0)).toBe(20_600);
  });

  test('is taken as of now when nobody knows which call it was', () => {
    const ledger = new Ledger();
    ledger.learn('a', { told: [tokens({ limit: 60_000, remaining: 20_000 })] }, { now: 5000 });
    expect(levelOf(ledger, 5000)).toBe(20_000);
  });

  test('is not made of a remainder alone', () => {
    const { ledger } = answered({ remaining: 20_000 });
    expect(ledger.gauges('a', 0)).toEqual([]);
  });
});

describe('what a call was really charged, known at its end', () => {
  const charged = { tokens: 800 };
  const sent = () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 60_000), config);
    return { ledger, reservation: ledger.reserve(charge({ tokens: 1000 }), 0)! };
  };

  test('puts the level right', () => {
    const { ledger, reservation } = sent();
    reservation.settleEach({ charged, cost: { tokens: 800 } }, 0);
    expect(levelOf(ledger, 0)).toBe(59_200);
    const more = ledger.reserve(charge({ tokens: 1000 }), 0)!;
    more.settleEach({ charged: { tokens: 1500 }, cost: { tokens: 1200 } }, 0);
    expect(levelOf(ledger, 0)).toBe(58_000);
  });

  test('is in a level that was told since, but for what is given back', () => {
    const { ledger, reservation } = sent();
    const later = ledger.reserve(charge({ tokens: 100 }), 0)!;
    const told = [tokens({ limit: 60_000, remaining: 50_000 })];
    ledger.learn('a', { told }, { reservation: later, now: 0 });
    reservation.settleEach({ charged, cost: { tokens: 700 } }, 0);
    expect(levelOf(ledger, 0)).toBe(50_100);
  });

  test('is not in one that was told of a call before it', () => {
    const { ledger, reservation: before } = sent();
    const reservation = ledger.reserve(charge({ tokens: 1000 }), 0)!;
    const told = [tokens({ limit: 60_000, remaining: 50_000 })];
    ledger.learn('a', { told }, { reservation: before, now: 0 });
    expect(levelOf(ledger, 0)).toBe(49_000);
    reservation.settleEach({ charged, cost: { tokens: 800 } }, 0);
    expect(levelOf(ledger, 0)).toBe(49_200);
  });

  test('is in one that a refusal told', () => {
    const { ledger, reservation } = sent();
    const refused = ledger.reserve(charge({ tokens: 1000 }), 0)!;
    const numbers = { limit: 60_000, used: 59_500, requested: 1000 };
    refuse(ledger, refused, {
      now: 0,
      refusal: { class: 'minute', dimension: 'tokens', ...numbers },
    });
    expect(levelOf(ledger, 0)).toBe(500);
    reservation.settleEach({ charged, cost: { tokens: 800 } }, 0);
    expect(levelOf(ledger, 0)).toBe(500);
  });
});

describe('a level', () => {
  test('is lowered at once: somebody else uses it', () => {
    const { ledger } = answered({ limit: 60_000, remaining: 10_000 }, { limit: 60_000 });
    expect(levelOf(ledger, 0)).toBe(10_000);
  });

  test('rises by a fifth of the way', () => {
    const { ledger, reservation } = answered({}, { limit: 60_000 });
    ledger.reserve(charge({ tokens: 29_000 }), 0)!;
    const told = [tokens({ limit: 60_000, remaining: 59_000 })];
    // 59,000 when charged, less 29,000 since: as it is.
    ledger.learn('a', { told }, { reservation, now: 0 });
    expect(levelOf(ledger, 0)).toBe(30_000);
    ledger.learn('a', { told }, { now: 0 });
    expect(levelOf(ledger, 0)).toBe(35_800);
  });

  test('rises no higher than it can', () => {
    const { ledger, hear } = answered({ limit: 60_000, remaining: 60_000 }, { limit: 60_000 });
    for (let now = 0; now < MINUTE; now += 1000) hear({ limit: 60_000, remaining: 60_000 }, now);
    expect(levelOf(ledger, MINUTE)).toBe(60_000);
  });

  test('never rises on the word of another limit than ours', () => {
    const { ledger } = answered({ limit: 90_000, remaining: 90_000 }, { limit: 60_000 });
    expect(gaugeOf(ledger, 0)).toMatchObject({ amount: 60_000, level: 59_000, source: 'config' });
    const other = answered({ remaining: 60_000 }, { limit: 60_000 });
    expect(levelOf(other.ledger, 0)).toBe(59_000);
    const lower = answered({ limit: 90_000, remaining: 5000 }, { limit: 60_000 });
    expect(levelOf(lower.ledger, 0)).toBe(5000);
  });

  test('never rises on the word of a window that is spent by portions', () => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('requests', 600), burstMs: 1000 }, config);
    const reservation = ledger.reserve(charge({ requests: 10 }), 0)!;
    const told = [{ dimension: 'requests', windowMs: MINUTE, limit: 600, remaining: 590 } as const];
    ledger.learn('a', { told }, { reservation, now: 0 });
    expect(gaugeOf(ledger, 0)).toMatchObject({ capacity: 10, level: 0 });
  });

  test.each(['sliding', 'fixed'] as const)('of a %s window is told too', (refill) => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('tokens', 60_000), refill }, config);
    const early = ledger.reserve(charge({ tokens: 10_000 }), 0)!;
    const reservation = ledger.reserve(charge({ tokens: 1000 }), 30_000)!;
    const hear = (remaining: number, of = reservation) => {
      const told = [tokens({ limit: 60_000, remaining })];
      ledger.learn('a', { told }, { reservation: of, now: 31_000 });
    };
    hear(49_000);
    expect(levelOf(ledger, 31_000)).toBe(49_000);
    hear(40_000);
    expect(levelOf(ledger, 31_000)).toBe(40_000);
    early.settle([{ tokens: 9000 }], 31_000);
    expect(levelOf(ledger, 31_000)).toBe(41_000);
  });

  test('of a fixed window means nothing for the next one', () => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('tokens', 60_000), refill: 'fixed', startsAt: 0 }, config);
    const reservation = ledger.reserve(charge({ tokens: 1000 }), 59_000)!;
    const told = [tokens({ limit: 60_000, remaining: 0 })];
    ledger.learn('a', { told }, { reservation, now: MINUTE });
    expect(levelOf(ledger, MINUTE)).toBe(60_000);
  });

  test('of a sliding window counts what has come back since', () => {
    const ledger = new Ledger();
    ledger.limit('a', { ...perMinute('tokens', 60_000), refill: 'sliding' }, config);
    ledger.reserve(charge({ tokens: 10_000 }), 0);
    const reservation = ledger.reserve(charge({ tokens: 1000 }), 59_000)!;
    const told = [tokens({ limit: 60_000, remaining: 49_000 })];
    ledger.learn('a', { told }, { reservation, now: 62_000 });
    expect(levelOf(ledger, 62_000)).toBe(59_000);
  });
});

test('what came too late to tell what has come back since is not heard', () => {
  const ledger = new Ledger();
  ledger.limit('a', { ...perMinute('tokens', 60_000), refill: 'sliding' }, config);
  const reservation = ledger.reserve(charge({ tokens: 1000 }), 0)!;
  ledger.reserve(charge({ tokens: 1000 }), 149_000);
  ledger.learn('a', { told: [tokens({ remaining: 0 })] }, { reservation, now: 150_000 });
  expect(levelOf(ledger, 150_000)).toBe(59_000);
});

test('a limit that comes to be known under way is settled once, like the others', () => {
  const ledger = new Ledger();
  ledger.learn('a', { told: [tokens({ limit: 60_000, remaining: 30_000 })] }, { now: 0 });
  const reservation = ledger.reserve(charge({ requests: 1, tokens: 1000 }), 0)!;
  const told = [{ dimension: 'requests', windowMs: MINUTE, limit: 60, remaining: 30 } as const];
  ledger.learn('a', { told }, { reservation, now: 0 });
  reservation.refund(0);
  expect(ledger.gauges('a', 0).map(({ level }) => level)).toEqual([30_000, 31]);
});

describe('an amount', () => {
  test('is lowered and raised again up to the config, by what is told', () => {
    const { ledger, hear } = answered({ limit: 30_000 }, { limit: 60_000 });
    expect(gaugeOf(ledger, 0)).toMatchObject({ amount: 30_000, level: 29_000, source: 'header' });
    hear({ limit: 90_000 }, 0);
    expect(gaugeOf(ledger, 0)).toMatchObject({ amount: 60_000, level: 59_000, source: 'config' });
  });

  test('follows what is told where no config says anything', () => {
    const { ledger, hear } = answered({ limit: 30_000 });
    hear({ limit: 90_000 }, 0);
    expect(gaugeOf(ledger, 0)).toMatchObject({ amount: 90_000, source: 'header' });
  });
});

test("a window is the config's where the amount is", () => {
  const ledger = new Ledger();
  const windowMs = 10_000;
  ledger.limit('a', { ...perMinute('tokens', 44_000), windowMs, refill: 'fixed' }, config);
  ledger.learn('a', { told: [tokens({ limit: 44_000, remaining: 40_000 })] }, { now: 0 });
  expect(ledger.gauges('a', 0)).toMatchObject([{ windowMs, level: 40_000, refill: 'fixed' }]);
  ledger.learn('a', { told: [tokens({ limit: 90_000, remaining: 40_000 })] }, { now: 0 });
  expect(ledger.gauges('a', 0)).toHaveLength(2);
});

test.each<Partial<ToldLimit>>([
  { limit: NaN },
  { limit: -5, remaining: 3 },
  { limit: 1e99, remaining: 5 },
  { limit: 1.5, remaining: 1 },
  { limit: 60_000, remaining: -5 },
  { limit: 60_000, remaining: 60_001 },
  { remaining: NaN },
  { limit: 60_000, windowMs: 0 },
  { limit: 60_000, windowMs: NaN, remaining: 0 },
  { limit: 60_000, remaining: 1, dimension: 'bytes' as never },
])('%o changes no level', (told) => {
  const { ledger } = answered(told, { limit: 60_000 });
  expect(ledger.gauges('a', 0)).toMatchObject([{ amount: 60_000, level: 59_000 }]);
});

test('an answer has only so many limits', () => {
  const ledger = new Ledger();
  for (let i = 0; i < 100; i++) {
    const told = [tokens({ limit: 100, windowMs: 1000 + i })];
    ledger.learn('a', { told }, { now: 0 });
  }
  expect(ledger.gauges('a', 0).length).toBeLessThanOrEqual(20);
});

test('a minute that is told is none where the config counts by shorter windows', () => {
  const ledger = new Ledger();
  const tenSeconds = {
    dimension: 'tokens',
    amount: 100,
    windowMs: 10_000,
    refill: 'fixed',
  } as const;
  ledger.limit('a', tenSeconds, { source: 'config', now: 0 });
  ledger.learn('a', { told: [tokens({ limit: 600, remaining: 3 })] }, { now: 0 });
  expect(ledger.gauges('a', 0)).toMatchObject([{ windowMs: 10_000, level: 100 }]);
  ledger.learn('a', { told: [tokens({ limit: 500, remaining: 3 })] }, { now: 0 });
  expect(ledger.gauges('a', 0)).toMatchObject([{ windowMs: 10_000 }, { amount: 500, level: 3 }]);
});

test('how soon it is whole again tells how much it holds at once', () => {
  const ledger = new Ledger();
  // 4 at once of 240 a minute: one that is gone is back in a quarter of a second.
  const told = tokens({ dimension: 'requests', limit: 240, remaining: 3, resetMs: 250 });
  for (let i = 0; i < 10; i++) ledger.learn('a', { told: [told] }, { now: 1000 * i });
  expect(gaugeOf(ledger, 9_000, 'requests')).toMatchObject({ amount: 240, capacity: 4 });
  const whole = tokens({ dimension: 'requests', limit: 240, remaining: 239, resetMs: 250 });
  ledger.learn('b', { told: [whole] }, { now: 0 });
  expect(ledger.gauges('b', 0)).toMatchObject([{ capacity: 240 }]);
});
