import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outlier, type OutlierCall, type OutlierRules } from '#balancer/outlier.ts';
import { seededRandom } from '#core/random.ts';

/** One deployment, with jitter at its middle. */
const patient = (rules: OutlierRules = {}) => {
  const outlier = new Outlier(rules, () => 0.5);
  const fail = (now: number) => outlier.failed(outlier.started(now), 'internalServer', now);
  const answer = (now: number) => outlier.answered(outlier.started(now), now);
  const failTimes = (times: number, now: number) => {
    let last: number | undefined;
    for (let i = 0; i < times; i++) last = fail(now);
    return last;
  };
  return { outlier, fail, answer, failTimes };
};

describe('an ejection', () => {
  it('comes after five failures in a row, and not before', () => {
    const { outlier, fail, answer, failTimes } = patient();
    expect(failTimes(4, 0)).toBeUndefined();
    expect(answer(10)).toBe(false);
    expect(failTimes(4, 20)).toBeUndefined();
    expect(fail(30)).toBe(5_000);
    expect(outlier.view(31)).toMatchObject({ state: 'out', backMs: 4_999, failedAgoMs: 1 });
  });

  it('comes at once although a call that hung long before is given up meanwhile', () => {
    const { outlier, answer, failTimes } = patient();
    const hung = outlier.started(0);
    for (let i = 0; i < 60; i++) answer(100 * i);
    failTimes(2, 9_990);
    outlier.failed(hung, 'timeout', 10_000);
    expect(failTimes(3, 10_010)).toBe(5_000);
  });

  it('comes although answers still come that began before', () => {
    const { outlier, fail, failTimes } = patient();
    const early = Array.from({ length: 3 }, () => outlier.started(0));
    failTimes(4, 10);
    for (const call of early) outlier.answered(call, 20);
    expect(fail(30)).toBe(5_000);
  });

  it('comes when more than half of ten calls in 30 s failed', () => {
    const { fail, answer } = patient();
    for (let i = 0; i < 4; i++) answer(i);
    const failures = [];
    for (let i = 0; i < 6; i++) {
      failures.push(fail(100 + i));
      if (i === 2) answer(150);
    }
    // Six of ten would be enough: of eleven it takes one more.
    expect(failures.every((forMs) => forMs === undefined)).toBe(false);
    const slow = patient();
    for (let i = 0; i < 12; i++) {
      expect(slow.fail(i * 10_000)).toBeUndefined();
      slow.answer(i * 10_000 + 1);
    }
  });

  it('counts an answer that broke off as a failure', () => {
    const { outlier } = patient();
    const ejected = Array.from({ length: 12 }, (_, i) => {
      const call = outlier.started(i * 100);
      outlier.answered(call, i * 100 + 10);
      return outlier.failed(call, 'default', i * 100 + 50);
    });
    expect(ejected.some((forMs) => forMs !== undefined)).toBe(true);
  });

  it('does not come from the quick failures of a burst whose answers are still to come', () => {
    const { outlier } = patient();
    const calls = Array.from({ length: 100 }, () => outlier.started(0));
    // Every twentieth fails at once, the others take their time.
    for (let i = 0; i < 100; i += 10)
      expect(outlier.failed(calls[i]!, 'default', 5)).toBeUndefined();
    for (const [i, call] of calls.entries()) if (i % 10 > 0) outlier.answered(call, 700);
    expect(outlier.view(701)).toBeUndefined();
  });

  it('comes once for calls that hang together, not again for each that is given up later', () => {
    const { outlier } = patient();
    const calls = Array.from({ length: 40 }, (_, i) => outlier.started(i * 100));
    const forMs = calls.map((call) => outlier.failed(call, 'timeout', call.startedAt + 60_000));
    expect(forMs.filter((ms) => ms !== undefined)).toHaveLength(1);
    expect(outlier.view(64_000)?.state).toBe('out');
  });

  it('is twice as long each time, up to five minutes, and shorter again after good ones', () => {
    const { outlier, answer, failTimes } = patient();
    let now = 0;
    const lasted: number[] = [];
    let forMs = failTimes(5, now);
    for (let i = 0; i < 8; i++) {
      lasted.push(forMs!);
      now += forMs!;
      forMs = failTimes(2, now);
    }
    expect(lasted).toEqual([5, 10, 20, 40, 80, 160, 300, 300].map((s) => s * 1000));
    now += forMs!;
    answer(now);
    expect(answer(now)).toBe(true);
    now += 2 * 300_000;
    expect(failTimes(5, now)).toBe(80_000);
    expect(outlier.isEjected).toBe(true);
  });

  it('varies by a fifth', () => {
    const random = seededRandom(3);
    const lengths = Array.from({ length: 200 }, () => {
      const outlier = new Outlier({}, random);
      return outlier.eject(0)!;
    });
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(4_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(6_000);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(1_500);
  });
});

describe('coming back', () => {
  it('takes two answers, by one call at a time', () => {
    const { outlier, failTimes } = patient();
    failTimes(5, 0);
    expect(outlier.view(4_999)?.state).toBe('out');
    expect(outlier.view(5_000)?.state).toBe('probe');
    const first = outlier.started(5_000);
    expect(outlier.view(5_001)).toMatchObject({ state: 'out', backMs: Infinity });
    expect(outlier.answered(first, 5_400)).toBe(false);
    expect(outlier.view(5_400)?.state).toBe('probe');
    expect(outlier.answered(outlier.started(5_500), 5_900)).toBe(true);
    expect(outlier.view(5_900)).toMatchObject({ state: 'warming', share: 0.1 });
    expect(outlier.view(35_900)).toMatchObject({ share: 0.5 });
    expect(outlier.view(65_900)).toBeUndefined();
  });

  it('is put off by two probes that fail, and not by one that says nothing', () => {
    const { outlier, failTimes, fail } = patient();
    failTimes(5, 0);
    outlier.dropped(outlier.started(5_000));
    expect(outlier.view(5_001)?.state).toBe('probe');
    expect(fail(5_002)).toBeUndefined();
    expect(outlier.view(5_003)?.state).toBe('probe');
    expect(fail(5_003)).toBe(10_000);
    const silent = outlier.started(15_003);
    expect(outlier.view(16_502)?.state).toBe('out');
    expect(outlier.view(16_503)?.state).toBe('probe');
    outlier.started(16_503);
    outlier.started(18_003);
    // Three that are silent are enough.
    expect(outlier.view(20_000)).toMatchObject({ state: 'out', backMs: Infinity });
    expect(outlier.failed(silent, 'timeout', 26_000)).toBeUndefined();
    expect(outlier.view(26_000)?.state).toBe('probe');
  });

  it('is not by what began before the ejection', () => {
    const { outlier, failTimes } = patient();
    const [early, late] = [outlier.started(0), outlier.started(0)];
    failTimes(5, 10);
    outlier.answered(early, 20);
    outlier.answered(late, 20);
    expect(outlier.view(21)?.state).toBe('out');
  });

  it('may be by calls that went there because nobody else was left', () => {
    const { outlier, answer, failTimes } = patient();
    failTimes(5, 0);
    answer(100);
    expect(answer(200)).toBe(true);
    expect(outlier.isEjected).toBe(false);
  });
});

describe('what the config says', () => {
  it('is how many failures a minute may have', () => {
    const lenient = patient({ allowed: 7 });
    expect(lenient.failTimes(7, 0)).toBeUndefined();
    expect(lenient.fail(30_000)).toBe(5_000);
    const strict = patient({ allowed: 0 });
    expect(strict.fail(0)).toBe(5_000);
    const spread = patient({ allowed: 2 });
    for (let i = 0; i < 10; i++) expect(spread.fail(i * 31_000)).toBeUndefined();
  });

  it('may be so for one kind of failure alone', () => {
    const { outlier, fail } = patient({ allowedOf: { timeout: 0 }, allowed: 3 });
    for (let i = 0; i < 3; i++) expect(fail(0)).toBeUndefined();
    expect(outlier.failed(outlier.started(1), 'timeout', 1)).toBe(5_000);
  });

  it('is how long it stays out, each time as long; never where that is 0', () => {
    const { failTimes } = patient({ cooldownMs: 1_500 });
    expect(failTimes(5, 0)).toBe(1_500);
    expect(failTimes(2, 1_500)).toBe(1_500);
    expect(patient({ cooldownMs: 0 }).failTimes(50, 0)).toBeUndefined();
  });
});

it('keeps to its own rules whatever happens', () => {
  const step = fc.record({
    what: fc.constantFrom('start', 'answer', 'fail', 'drop'),
    which: fc.nat(20),
    afterMs: fc.nat(8_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer(), (life, seed) => {
      const outlier = new Outlier({}, seededRandom(seed));
      const open: OutlierCall[] = [];
      let now = 0;
      for (const { what, which, afterMs } of life) {
        now += afterMs;
        const before = outlier.view(now);
        if (what === 'start') {
          const call = outlier.started(now);
          expect(call.isProbe).toBe(before?.state === 'probe');
          open.push(call);
          continue;
        }
        const [call] = open.splice(which % Math.max(1, open.length), 1);
        if (!call) continue;
        const forMs = what === 'fail' ? outlier.failed(call, 'default', now) : undefined;
        if (what === 'answer') outlier.answered(call, now);
        if (what === 'drop') outlier.dropped(call);
        if (forMs !== undefined) {
          expect(forMs).toBeGreaterThanOrEqual(4_000);
          expect(forMs).toBeLessThanOrEqual(360_000);
          expect(outlier.view(now)).toMatchObject({ state: 'out', backMs: forMs });
        }
        const after = outlier.view(now);
        if (after?.state === 'out') expect(after.backMs).toBeGreaterThan(0);
        if (after?.state === 'warming') {
          expect(after.share).toBeGreaterThanOrEqual(0.1);
          expect(after.share).toBeLessThan(1);
        }
      }
      // Left in peace, it may be probed again.
      expect(['probe', 'warming', undefined]).toContain(outlier.view(now + 400_000)?.state);
    }),
  );
});
