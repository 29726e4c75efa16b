import { describe, expect, it } from 'vitest';
import { ChargeLog } from '#balancer/sharing/charge-log.ts';

const ONE = new Set(['a']);

const between = (
  log: ChargeLog,
  [from, to]: readonly [number, number],
  accounts: ReadonlySet<string> = ONE,
): [at: number, amount: number][] => {
  const charges: [number, number][] = [];
  log.each({ from, to }, { accounts, dimension: 'tokens' }, (at, amount) =>
    charges.push([at, amount]),
  );
  return charges;
};

const sum = (charges: readonly (readonly [number, number])[]): number =>
  charges.reduce((all, [, amount]) => all + amount, 0);

describe('ChargeLog', () => {
  it('says what was charged between two instants, and whom', () => {
    const log = new ChargeLog();
    for (const at of [0, 100, 200, 300]) log.add('a', { requests: 1, tokens: at + 1 }, at);
    log.add('b', { tokens: 7 }, 150);
    expect(between(log, [100, 200])).toEqual([
      [100, 101],
      [200, 201],
    ]);
    expect(between(log, [100, 200], new Set(['a', 'b']))).toEqual([
      [100, 101],
      [150, 7],
      [200, 201],
    ]);
    log.add('a', { tokens: -50 }, 400);
    expect(sum(between(log, [300, 500]))).toBe(251);
    expect([log.lastAt('a'), log.lastAt('b'), log.lastAt('c')]).toEqual([400, 150, -Infinity]);
  });

  it('holds the last seconds of any number of calls, and says how far it reaches back', () => {
    const log = new ChargeLog();
    expect(log.reachesBack(-1e9)).toBe(true);
    for (let at = 0; at < 200_000; at++) log.add('a', { tokens: 1 }, at);
    expect(log.reachesBack(0)).toBe(false);
    expect(log.reachesBack(150_000)).toBe(true);
    expect(Math.abs(sum(between(log, [190_000, 200_000])) - 10_000)).toBeLessThanOrEqual(50);
  });

  it('keeps nothing of what costs nothing', () => {
    const log = new ChargeLog();
    log.add('a', { parallel: 1, money: 5 }, 10);
    log.add('a', {}, 20);
    expect(log.lastAt('a')).toBe(-Infinity);
  });
});
