import { describe, expect, it } from 'vitest';
import { ChargeLog } from '#balancer/sharing/charge-log.ts';
import { differ, fits, foretell, type Rule } from '#balancer/sharing/level-test.ts';

/** A thousand a second. */
const rule: Rule = { dimension: 'tokens', limit: 60_000, windowMs: 60_000 };

const logOf = (...charges: readonly (readonly [at: number, tokens: number])[]): ChargeLog => {
  const log = new ChargeLog();
  for (const [at, tokens] of charges) log.add('a', { tokens }, at);
  return log;
};

const drawing = (log: ChargeLog) => ({ rule, log, accounts: new Set(['a']) });

describe('foretell', () => {
  it('adds what comes back and takes what was charged', () => {
    const log = logOf([1_000, 500], [3_000, 4_000], [6_000, 300]);
    const from = { at: 1_000, remaining: 20_000, own: 500 };
    expect(foretell(from, { at: 6_000, own: 300 }, drawing(log))).toEqual({
      low: 20_700,
      high: 20_700,
    });
  });

  it('loses what a full limit cannot hold, and tells of no debts', () => {
    const log = logOf([0, 100], [30_000, 2_000], [31_000, 100]);
    const from = { at: 0, remaining: 59_900, own: 100 };
    const range = foretell(from, { at: 31_000, own: 100 }, drawing(log));
    expect(range).toEqual({ low: 58_900, high: 58_900 });
    const debt = logOf([0, 100], [1_000, 50_000]);
    const told = foretell(
      { at: 0, remaining: 100, own: 100 },
      { at: 2_000, own: 0 },
      drawing(debt),
    );
    expect(told).toEqual({ low: 0, high: 0 });
  });

  it('leaves open in which order calls were charged that went out together', () => {
    const log = logOf([0, 100], [100, 700], [4_950, 900], [5_000, 100]);
    const from = { at: 0, remaining: 20_000, own: 100 };
    const range = foretell(from, { at: 5_000, own: 100 }, drawing(log))!;
    expect(range.high).toBe(24_900);
    expect(range.low).toBe(24_900 - 700 - 900);
  });

  it('foretells nothing from before what is remembered', () => {
    const log = logOf();
    for (let at = 0; at < 200_000; at += 20) log.add('a', { tokens: 1 }, at);
    const from = { at: 10, remaining: 20_000, own: 1 };
    expect(foretell(from, { at: 199_000, own: 1 }, drawing(log))).toBeUndefined();
  });
});

describe('a telling', () => {
  it('fits what it misses by a fiftieth of the limit at most', () => {
    const range = { low: 20_000, high: 20_500 };
    const told = (remaining: number) => ({ at: 0, remaining, own: 0 });
    expect(fits(told(18_800), range, rule)).toBe(true);
    expect(fits(told(21_700), range, rule)).toBe(true);
    expect(fits(told(18_799), range, rule)).toBe(false);
    expect(fits(told(21_701), range, rule)).toBe(false);
  });

  it('decides only between what is far apart', () => {
    const less = { low: 9_000, high: 10_000 };
    expect(differ({ low: 14_200, high: 15_000 }, less, rule)).toBe(true);
    expect(differ({ low: 14_199, high: 15_000 }, less, rule)).toBe(false);
  });
});
