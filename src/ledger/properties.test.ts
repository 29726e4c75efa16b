import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cost, DIMENSIONS, type QuotaNews, type QuotaRefusal } from '#core/quota.ts';
import { Ledger } from '#ledger/ledger.ts';
import type { Limit, LimitSource } from '#ledger/limit.ts';
import type { Charge, Reservation } from '#ledger/reservation.ts';

/** Any life of a ledger: limits come, calls go, answers tell the truth or anything else. */
type Event =
  | { kind: 'limit'; account: string; limit: Limit; source: LimitSource }
  | { kind: 'reserve'; charges: Charge[]; transitMs: number }
  | { kind: 'settle' | 'refund'; which: number; costs: Cost[] }
  | { kind: 'learn'; account: string; which: number; news: QuotaNews }
  | { kind: 'pause'; ms: number };

const accounts = fc.constantFrom('pool', 'organisation', 'team');
const dimensions = fc.constantFrom(...DIMENSIONS);
const windows = fc.constantFrom(1000, 60_000, 86_400_000);
const odd = fc.constantFrom(NaN, Infinity, -1, 0, 0.5, 1e300);
const amount = fc.integer({ min: 1, max: 5000 });
const number = fc.oneof({ weight: 9, arbitrary: amount }, { weight: 1, arbitrary: odd });

const costs: fc.Arbitrary<Cost> = fc.record(
  Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, number])),
  { requiredKeys: [] },
);

const limits: fc.Arbitrary<Limit> = fc
  .record({
    dimension: dimensions,
    amount,
    windowMs: windows,
    refill: fc.constantFrom('linear', 'sliding', 'fixed'),
    burst: fc.boolean(),
  })
  .map(({ burst, ...limit }) => ({
    ...limit,
    ...(burst && limit.refill === 'linear' && { burstMs: limit.windowMs / 10 }),
  }));

const told = fc.record(
  { dimension: dimensions, windowMs: windows, limit: number, remaining: number, resetMs: number },
  { requiredKeys: ['dimension', 'windowMs'] },
);

const refusals: fc.Arbitrary<QuotaRefusal> = fc.record(
  {
    class: fc.constantFrom('minute', 'minute', 'minute', 'day', 'size', 'money', 'ramp'),
    dimension: dimensions,
    windowMs: windows,
    limit: number,
    used: number,
    requested: number,
    retryMs: number,
  },
  { requiredKeys: ['class'] },
);

const which = fc.nat(20);

const events: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant('limit' as const),
    account: accounts,
    limit: limits,
    source: fc.constantFrom<LimitSource>('config', 'header', 'refusal'),
  }),
  fc.record({
    kind: fc.constant('reserve' as const),
    charges: fc.array(fc.record({ account: accounts, cost: costs }), { maxLength: 4 }),
    transitMs: fc.oneof(fc.constant(0), number),
  }),
  fc.record({ kind: fc.constantFrom('settle', 'refund'), which, costs: fc.array(costs) }),
  fc.record({
    kind: fc.constant('learn' as const),
    account: accounts,
    which,
    news: fc.record(
      { told: fc.array(told, { maxLength: 3 }), refusal: refusals },
      { requiredKeys: ['told'] },
    ),
  }),
  fc.record({ kind: fc.constant('pause' as const), ms: fc.integer({ min: -2000, max: 100_000 }) }),
);

const NAMES = ['pool', 'organisation', 'team'];

const levelsOf = (ledger: Ledger, now: number) =>
  NAMES.flatMap((name) =>
    ledger.gauges(name, now).map(({ level, capacity, amount, source, dimension }) => ({
      name,
      level,
      capacity,
      amount,
      source,
      dimension,
    })),
  );

/** Lives, and holds what must hold at each reservation; returns what it came to. */
const live = (life: readonly Event[]) => {
  const ledger = new Ledger();
  const reservations: Reservation[] = [];
  let now = 1000;
  for (const event of life) {
    if (event.kind === 'pause') now += event.ms;
    if (event.kind === 'limit')
      ledger.limit(event.account, event.limit, { source: event.source, now });
    if (event.kind === 'learn') {
      const reservation = reservations[event.which % Math.max(1, reservations.length)];
      ledger.learn(event.account, event.news, { reservation, now });
    }
    if (event.kind === 'settle' || event.kind === 'refund') {
      const reservation = reservations[event.which % Math.max(1, reservations.length)];
      if (event.kind === 'settle') reservation?.settle(event.costs, now);
      else reservation?.refund(now);
    }
    if (event.kind === 'reserve') checkReserve(ledger, reservations, { ...event, now });
    for (const { level, capacity, amount } of levelsOf(ledger, now)) {
      expect(Number.isSafeInteger(level)).toBe(true);
      expect(level).toBeLessThanOrEqual(capacity);
      expect(capacity).toBeLessThanOrEqual(amount);
    }
  }
  return { ledger, reservations, now };
};

const checkReserve = (
  ledger: Ledger,
  reservations: Reservation[],
  { charges, transitMs, now }: { charges: Charge[]; transitMs: number; now: number },
): void => {
  const before = levelsOf(ledger, now);
  const reservation = ledger.reserve(charges, now, { transitMs });
  if (reservation === undefined) {
    const still = levelsOf(ledger, now).filter(({ source }) => source !== 'learned');
    expect(still).toEqual(before.filter(({ source }) => source !== 'learned'));
    expect(ledger.waitMs(charges, now)).toBeGreaterThan(0);
    return;
  }
  reservations.push(reservation);
  for (const [place, { level, source, name, dimension }] of levelsOf(ledger, now).entries()) {
    if (source === 'learned') continue;
    const { level: had, capacity } = before[place]!;
    const own = charges.filter(({ account }) => account === name);
    const asked = own.reduce((sum, { cost }) => sum + (cost[dimension] ?? 0), 0);
    // More requests at once than a burst ever holds go when that is full, and into debt.
    const isMore = dimension === 'requests' && asked > capacity;
    if (level < had && !isMore) expect(level).toBeGreaterThanOrEqual(0);
    const isCharged = own.some(({ cost }) => cost[dimension]! > 0);
    expect(level < had).toBe(isCharged);
  }
};

const MORE_THAN_A_BURST: readonly Event[] = [
  {
    kind: 'learn',
    account: 'pool',
    which: 0,
    news: {
      told: [{ dimension: 'requests', windowMs: 60_000, limit: 2, remaining: 1, resetMs: 0.5 }],
    },
  },
  { kind: 'reserve', charges: [{ account: 'pool', cost: { requests: 2 } }], transitMs: 0 },
];

test('at every reservation all is taken or nothing, and no level falls below 0', () => {
  const lives = fc.property(fc.array(events, { maxLength: 60 }), (life) => void live(life));
  fc.assert(lives, { examples: [[MORE_THAN_A_BURST]] });
});

test('a wait is exact while nothing else happens', () => {
  // Of requests one at a time: for more than a burst holds, a wait grows with the burst.
  const single = costs.map((cost) => (cost.requests ? { ...cost, requests: 1 } : cost));
  const charges = fc.array(fc.record({ account: accounts, cost: single }), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(events, { maxLength: 40 }), charges, (life, some) => {
      const { ledger, now } = live(life);
      const charged = some.map(({ account, cost: { parallel: _, ...cost } }) => ({
        account,
        cost,
      }));
      const waitMs = ledger.waitMs(charged, now);
      if (waitMs === Infinity) return;
      if (waitMs > 0) expect(ledger.waitMs(charged, now + waitMs - 1)).toBe(1);
      expect(ledger.waitMs(charged, now + waitMs)).toBe(0);
    }),
  );
});

test('what is reserved and given back at once has never been', () => {
  const charges = fc.array(fc.record({ account: accounts, cost: costs }), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(events, { maxLength: 40 }), charges, (life, some) => {
      const { ledger, now } = live(life);
      ledger.reserve([], now);
      for (const name of NAMES) ledger.reserve([{ account: name, cost: {} }], now);
      const before = levelsOf(ledger, now);
      const reservation = ledger.reserve(some, now);
      reservation?.refund(now);
      reservation?.refund(now);
      reservation?.settle([{ tokens: 999 }], now);
      expect(levelsOf(ledger, now)).toEqual(before);
    }),
  );
});

test('the same calls come to the same levels', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 40 }), (life) => {
      const one = live(life);
      const two = live(life);
      expect(two.ledger.snapshot(two.now)).toEqual(one.ledger.snapshot(one.now));
    }),
  );
});

test('every call under way that has ended is given back', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60 }), (life) => {
      const { ledger, reservations, now } = live(life);
      for (const reservation of reservations) reservation.refund(now);
      for (const { dimension, level, amount } of levelsOf(ledger, now))
        if (dimension === 'parallel') expect(level).toBe(amount);
    }),
  );
});
