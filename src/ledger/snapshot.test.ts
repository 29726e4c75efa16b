import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { Ledger } from '#ledger/ledger.ts';
import { charge, config, gaugeOf, levelOf, MINUTE, perMinute, refuse } from '#ledger/test-kit.ts';

const DAY = 86_400_000;

/** What is in the file after a while, in a process whose clock began elsewhere. */
const reborn = (
  ledger: Ledger,
  { savedAt, elapsedMs = 0, now = 5, limits = () => {} }: Rebirth,
): Ledger => {
  const snapshot = JSON.parse(JSON.stringify(ledger.snapshot(savedAt))) as Json;
  const next = new Ledger();
  limits(next);
  next.restore(snapshot, { elapsedMs, now });
  return next;
};

interface Rebirth {
  readonly savedAt: number;
  readonly elapsedMs?: number;
  readonly now?: number;
  readonly limits?: (ledger: Ledger) => void;
}

test('levels come back with what has come back meanwhile', () => {
  const limits = (ledger: Ledger) => {
    ledger.limit('a', perMinute('tokens', 60_000), config);
    ledger.limit('a', { ...perMinute('requests', 100), windowMs: DAY, refill: 'fixed' }, config);
    ledger.limit('a', { ...perMinute('input', 600), refill: 'sliding' }, config);
  };
  const ledger = new Ledger();
  limits(ledger);
  ledger.reserve(charge({ requests: 10, tokens: 30_000, input: 400 }), 1000);
  const after10 = reborn(ledger, { savedAt: 1000, elapsedMs: 10_000, limits });
  expect(after10.gauges('a', 5).map(({ level }) => level)).toEqual([40_000, 90, 200]);
  expect(after10.gauges('a', 5 + 51_000).map(({ level }) => level)).toEqual([60_000, 90, 600]);
  const afterDay = reborn(ledger, { savedAt: 1000, elapsedMs: DAY, limits });
  expect(afterDay.gauges('a', 5).map(({ level }) => level)).toEqual([60_000, 100, 600]);
});

test('what was told is known again, and what only the config said is not', () => {
  const ledger = new Ledger();
  ledger.limit('a', perMinute('requests', 600), config);
  const told = [
    { dimension: 'tokens', windowMs: MINUTE, limit: 60_000, remaining: 10_000 } as const,
  ];
  ledger.learn('a', { told }, { now: 0 });
  const next = reborn(ledger, { savedAt: 0 });
  expect(next.gauges('a', 5)).toMatchObject([
    { dimension: 'tokens', amount: 60_000, level: 10_000, source: 'header' },
  ]);
});

test('a lower limit that was told stays below the config, and a config below it stays the ceiling', () => {
  const ledger = new Ledger();
  ledger.learn(
    'a',
    { told: [{ dimension: 'tokens', windowMs: MINUTE, limit: 60_000 }] },
    { now: 0 },
  );
  const stated = (amount: number) =>
    reborn(ledger, {
      savedAt: 0,
      limits: (next) => next.limit('a', perMinute('tokens', amount), config),
    });
  expect(gaugeOf(stated(90_000), 5)).toMatchObject({ amount: 60_000, source: 'header' });
  expect(gaugeOf(stated(20_000), 5)).toMatchObject({ amount: 20_000, source: 'config' });
});

test('a debt is one still', () => {
  const limits = (ledger: Ledger) => ledger.limit('a', perMinute('tokens', 60_000), config);
  const ledger = new Ledger();
  limits(ledger);
  ledger.reserve(charge({ tokens: 1 }), 0)!.settle([{ tokens: 160_000 }], 0);
  expect(levelOf(reborn(ledger, { savedAt: 0, elapsedMs: 10_000, limits }), 5)).toBe(-90_000);
});

test('what refusals taught is known again', () => {
  const limits = (ledger: Ledger) => ledger.limit('a', perMinute('requests', 600), config);
  const ledger = new Ledger();
  limits(ledger);
  const refusal = { class: 'minute', dimension: 'requests' } as const;
  refuse(ledger, ledger.reserve(charge({ requests: 1 }), 0)!, { now: 0, refusal });
  expect(gaugeOf(reborn(ledger, { savedAt: 0, limits }), 5).capacity).toBe(420);

  const paced = new Ledger();
  const calls = Array.from({ length: 20 }, () => paced.reserve(charge({ requests: 1 }), 0)!);
  refuse(paced, calls[0]!, { now: 0, refusal: { class: 'minute', retryMs: 9000 } });
  const next = reborn(paced, { savedAt: 1000, elapsedMs: 2000 });
  expect(gaugeOf(next, 5)).toMatchObject({ source: 'learned', amount: 10 });
  expect(next.waitMs(charge({ requests: 1 }), 5)).toBe(6000);

  const large = new Ledger();
  const size = large.reserve(charge({ tokens: 9000 }), 0)!;
  refuse(large, size, { now: 0, refusal: { class: 'size' } });
  expect(reborn(large, { savedAt: 0 }).waitMs(charge({ tokens: 9000 }), 5)).toBe(Infinity);

  const parked = new Ledger();
  parked.learn('a', { told: [], refusal: { class: 'day', retryMs: 60_000 } }, { now: 0 });
  expect(reborn(parked, { savedAt: 0, elapsedMs: 20_000 }).blockedUntil('a', 5)).toBe(40_005);
  expect(reborn(parked, { savedAt: 0, elapsedMs: 70_000 }).blockedUntil('a', 5)).toBe(0);
});

test('a name is data', () => {
  const ledger = new Ledger();
  const told = [{ dimension: 'tokens', windowMs: MINUTE, limit: 60_000 } as const];
  ledger.learn('__proto__', { told }, { now: 0 });
  expect(reborn(ledger, { savedAt: 0 }).gauges('__proto__', 5)).toHaveLength(1);
});

describe('what cannot be true', () => {
  test.each<Json>([
    null,
    [],
    'ledger',
    { version: 2, accounts: {} },
    { version: 1 },
    { version: 1, accounts: [] },
    { version: 1, accounts: { a: 5, b: [], c: { limits: 5, blocks: {}, pace: [] } } },
  ])('is ignored: %j', (snapshot) => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 60_000), config);
    ledger.restore(snapshot, { elapsedMs: NaN, now: 0 });
    expect(ledger.gauges('a', 0)).toMatchObject([{ level: 60_000 }]);
  });

  test('harms nothing, whatever it is', () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('tokens', 'requests', 'header', 'refusal', 'config', 1, 60_000, -1, 1e300),
    );
    const object = (keys: string[]) =>
      fc.record(Object.fromEntries(keys.map((key) => [key, odd])), { requiredKeys: [] });
    const told = object(['amount', 'source']);
    const limit = fc
      .tuple(object(['dimension', 'windowMs', 'used', 'burst', 'lateMs', 'taken', 'ageMs']), told)
      .map(([limit, told]) => ({ ...limit, told }));
    const block = fc
      .tuple(object(['leftMs', 'tooLarge']), object(['tokens', 'requests']))
      .map(([block, least]) => ({ ...block, least }));
    const account = fc.record({
      limits: fc.array(limit, { maxLength: 30 }),
      blocks: fc.array(block, { maxLength: 30 }),
      parkedMs: odd,
      pace: fc.record({
        ageMs: odd,
        limits: fc.array(object(['dimension', 'amount', 'refusedAt', 'wall'])),
      }),
    });
    fc.assert(
      fc.property(account, (saved) => {
        const ledger = new Ledger();
        ledger.limit('a', perMinute('tokens', 60_000), config);
        const snapshot = { version: 1, accounts: { a: saved } } as unknown as Json;
        ledger.restore(snapshot, { elapsedMs: 10, now: 0 });
        for (const { level, capacity, amount } of ledger.gauges('a', 0)) {
          expect(level).toBeLessThanOrEqual(capacity);
          expect(capacity).toBeLessThanOrEqual(amount);
          expect(capacity).toBeGreaterThanOrEqual(1);
        }
        expect(ledger.waitMs(charge({ requests: 1, tokens: 10 }), 0)).toBeGreaterThanOrEqual(0);
        expect(ledger.blockedUntil('a', 0)).toBeLessThanOrEqual(DAY);
        const again = JSON.parse(JSON.stringify(ledger.snapshot(0))) as Json;
        new Ledger().restore(again, { elapsedMs: 0, now: 0 });
      }),
    );
  });
});
