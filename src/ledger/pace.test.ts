import { describe, expect, test } from 'vitest';
import type { Cost, QuotaRefusal } from '#core/quota.ts';
import { Ledger } from '#ledger/ledger.ts';
import { charge, config, gaugeOf, levelOf, perMinute, refuse } from '#ledger/test-kit.ts';

const SECOND = 1000;
const BARE: QuotaRefusal = { class: 'minute' };
const ONE: Cost = { requests: 1, tokens: 100 };

/** Sends one call each `everyMs` as far as the ledger lets it; the last one is refused. */
const send = (
  ledger: Ledger,
  { from = 0, calls, everyMs, refusal }: Sending,
): { now: number; sent: number } => {
  let sent = 0;
  for (let i = 0; i < calls; i++) {
    const now = from + i * everyMs;
    const reservation = ledger.reserve(charge(ONE), now);
    if (reservation) sent++;
    if (reservation && i === calls - 1 && refusal) refuse(ledger, reservation, { now, refusal });
    else reservation?.settle([ONE], now);
  }
  return { now: from + calls * everyMs, sent };
};

interface Sending {
  readonly from?: number;
  readonly calls: number;
  readonly everyMs: number;
  readonly refusal?: QuotaRefusal;
}

/** 100 calls in ten seconds, of which the last is refused without a word. */
const refused = (refusal = BARE): { ledger: Ledger; now: number } => {
  const ledger = new Ledger();
  const { now } = send(ledger, { calls: 100, everyMs: 100, refusal });
  return { ledger, now };
};

describe('a refusal without numbers', () => {
  test('leaves half of what was used, and none of it at once', () => {
    const { ledger, now } = refused();
    expect(ledger.gauges('a', now)).toMatchObject([
      { dimension: 'requests', source: 'learned', amount: 50, windowMs: 10_000, capacity: 5 },
      { dimension: 'tokens', source: 'learned', amount: 5000, windowMs: 10_000, capacity: 500 },
    ]);
    expect(levelOf(ledger, now)).toBe(0);
    expect(ledger.waitMs(charge(ONE), now)).toBeGreaterThan(0);
    expect(ledger.waitMs(charge(ONE), now)).toBeLessThanOrEqual(200);
  });

  test('halves once for all that was sent before', () => {
    const ledger = new Ledger();
    const sent = Array.from({ length: 40 }, () => ledger.reserve(charge(ONE), 0)!);
    for (const reservation of sent) refuse(ledger, reservation, { now: 50, refusal: BARE });
    expect(gaugeOf(ledger, 50).amount).toBe(20);
  });

  test('does not count calls below nothing that were given back late', () => {
    const ledger = new Ledger();
    const sent = Array.from({ length: 100 }, () => ledger.reserve(charge(ONE), 0)!);
    ledger.reserve(charge(ONE), 15_000);
    for (const reservation of sent) reservation.refund(15_000);
    const last = Array.from({ length: 10 }, () => ledger.reserve(charge(ONE), 15_000)!).at(-1)!;
    refuse(ledger, last, { now: 15_000, refusal: BARE });
    expect(gaugeOf(ledger, 15_000).amount).toBe(30);
  });

  test('calls nothing too large', () => {
    const { ledger, now } = refused();
    const large = charge({ requests: 1, tokens: 1_000_000 });
    expect(ledger.waitMs(large, now)).toBeLessThanOrEqual(1000);
    expect(ledger.reserve(large, now + 1000)).toBeDefined();
    // Nobody waits longer for it than the ten seconds that it is spread over.
    expect(ledger.waitMs(charge(ONE), now + 1000)).toBeLessThanOrEqual(10_000);
  });

  test('holds back as long as it says, too', () => {
    const { ledger, now } = refused({ class: 'minute', retryMs: 3000 });
    expect(ledger.waitMs(charge(ONE), now)).toBe(2900);
    expect(gaugeOf(ledger, now)).toMatchObject({ source: 'learned', amount: 50 });
  });

  test.each([700, 7000, 9999])(
    'holds back no longer than the %i ms that it says, however slow the pace',
    (retryMs) => {
      const ledger = new Ledger();
      const refusal: QuotaRefusal = { class: 'minute', retryMs };
      for (let now = 0; now < 50_000; now += retryMs) {
        const reservation = ledger.reserve(charge(ONE), now)!;
        refuse(ledger, reservation, { now, refusal });
        expect(ledger.waitMs(charge(ONE), now)).toBe(retryMs);
      }
      expect(gaugeOf(ledger, 50_000)).toMatchObject({ source: 'learned' });
    },
  );

  test('is a mistake of ours at first where limits are known and it says how long', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('tokens', 1e6), config);
    const refusal: QuotaRefusal = { class: 'minute', dimension: 'tokens', retryMs: 500 };
    refuse(ledger, ledger.reserve(charge(ONE), 0)!, { now: 0, refusal });
    expect(ledger.gauges('a', 0)).toHaveLength(1);
    refuse(ledger, ledger.reserve(charge(ONE), 1500)!, { now: 1500, refusal });
    expect(ledger.gauges('a', 1500).length).toBeGreaterThan(1);
  });

  test('of traffic that grows too fast is one, whatever is known', () => {
    const ledger = new Ledger();
    ledger.limit('a', perMinute('requests', 6000), config);
    const refusal: QuotaRefusal = { class: 'ramp', retryMs: 2000 };
    const { now } = send(ledger, { calls: 100, everyMs: 100, refusal });
    expect(ledger.blockedUntil('a', now)).toBe(now - 100 + 2000);
    expect(ledger.gauges('a', now).filter(({ source }) => source === 'learned')).toHaveLength(2);
  });

  test('before anything was counted goes by the call itself', () => {
    const ledger = new Ledger();
    const reservation = ledger.reserve(charge(ONE), 0)!;
    reservation.refund(0);
    ledger.learn('a', { told: [], refusal: BARE }, { reservation, now: 0 });
    expect(gaugeOf(ledger, 0, 'tokens').amount).toBe(50);
  });
});

describe('a learned pace', () => {
  test('doubles with each ten seconds that were used and not refused', () => {
    const { ledger, now } = refused();
    const next = send(ledger, { from: now, calls: 100, everyMs: 100 });
    expect(next.sent).toBeGreaterThan(40);
    expect(gaugeOf(ledger, next.now).amount).toBe(100);
  });

  test('stays where nothing was sent', () => {
    const { ledger, now } = refused();
    send(ledger, { from: now + 60 * SECOND, calls: 1, everyMs: 100 });
    expect(gaugeOf(ledger, now + 60 * SECOND).amount).toBe(50);
  });

  test('goes when it is far above what is used', () => {
    const { ledger, now } = refused();
    const used = send(ledger, { from: now, calls: 60 * 10, everyMs: 100 });
    expect(ledger.gauges('a', used.now)).toEqual([]);
    expect(used.sent).toBeGreaterThan(500);
  });

  test('goes when it is old', () => {
    const { ledger, now } = refused();
    send(ledger, { from: now + 601 * SECOND, calls: 1, everyMs: 100 });
    expect(ledger.gauges('a', now + 601 * SECOND)).toEqual([]);
  });

  test('goes when the limit is told', () => {
    const { ledger, now } = refused();
    const told = [{ dimension: 'requests', windowMs: 60_000, limit: 3000 } as const];
    ledger.learn('a', { told }, { now });
    expect(ledger.gauges('a', now).map(({ dimension, source }) => [dimension, source])).toEqual([
      ['requests', 'header'],
      ['tokens', 'learned'],
    ]);
  });

  test('that is refused again is a wall: a little below it, and up in small steps', () => {
    const { ledger, now } = refused();
    const second = send(ledger, { from: now, calls: 101, everyMs: 100 });
    expect(gaugeOf(ledger, second.now).amount).toBe(100);
    const third = send(ledger, { from: second.now, calls: 90, everyMs: 100, refusal: BARE });
    expect(gaugeOf(ledger, third.now).amount).toBe(70);
    const fourth = send(ledger, { from: third.now, calls: 110, everyMs: 100 });
    expect(gaugeOf(ledger, fourth.now).amount).toBe(77);
  });
});
