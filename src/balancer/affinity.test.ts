import { describe, expect, it } from 'vitest';
import { AffinityMemory, type AffinePool } from '#balancer/affinity.ts';

const idle = (...names: string[]): AffinePool[] =>
  names.map((name) => ({ name, weight: 1, calls: 0 }));

const memory = (most = 100) => new AffinityMemory({ most, ttlMs: 1_000 });

const homes = (pools: readonly AffinePool[], keys = 3_000): (string | undefined)[] =>
  Array.from({ length: keys }, (_, i) => memory().of(`key-${i}`, { pools, tokens: 1 }, 0)?.home);

const countOf = (found: readonly (string | undefined)[], name: string) =>
  found.filter((home) => home === name).length;

describe('the home of a key', () => {
  it('is each pool for its part of the keys', () => {
    // Loads that leave every pool within its bounds.
    const pools = [
      { name: 'a', weight: 3, calls: 30 },
      { name: 'b', weight: 1, calls: 10 },
      { name: 'c', weight: 1, calls: 10 },
    ];
    const found = homes(pools);
    expect(countOf(found, 'a') / found.length).toBeCloseTo(0.6, 1);
    expect(countOf(found, 'b') / found.length).toBeCloseTo(0.2, 1);
  });

  it('changes for nobody else when a pool goes', () => {
    const before = homes(idle('a', 'b', 'c'));
    const after = homes(idle('a', 'b'));
    const moved = before.filter((home, i) => home !== 'c' && home !== after[i]);
    expect(moved).toEqual([]);
  });

  it('is not a pool with more than its part of the calls and a quarter', () => {
    const pools = idle('a', 'b', 'c').map((pool) => ({ ...pool, calls: 20 }));
    const busy = pools.map((pool) => (pool.name === 'a' ? { ...pool, calls: 30 } : pool));
    expect(countOf(homes(busy), 'a')).toBe(0);
    const bearable = pools.map((pool) => (pool.name === 'a' ? { ...pool, calls: 25 } : pool));
    expect(countOf(homes(bearable), 'a')).toBeGreaterThan(800);
  });

  it('keeps one popular key from filling a pool', () => {
    const calls = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 300; i++) {
      const pools = Object.entries(calls).map(([name, n]) => ({ name, weight: 1, calls: n }));
      const found = memory().of('popular', { pools, tokens: 1 }, 0);
      calls[found!.home as keyof typeof calls] += 1;
    }
    expect(Math.max(...Object.values(calls))).toBeLessThanOrEqual(126);
  });

  it('is nowhere without pools', () => {
    expect(memory().of('key', { pools: [], tokens: 1 }, 0)).toBeUndefined();
  });
});

describe('cached tokens', () => {
  const ask = (own: AffinityMemory, now: number, pools = idle('a', 'b')) =>
    Object.fromEntries(own.of('key', { pools, tokens: 2_000 }, now)?.cachedTokens ?? []);

  it('are those of the pools that read the key lately', () => {
    const own = memory();
    expect(ask(own, 0)).toEqual({});
    own.served('key', { pool: 'a', tokens: 1_500 }, 0);
    own.served('other', { pool: 'b', tokens: 1_500 }, 0);
    expect(ask(own, 999)).toEqual({ a: 1_500 });
    expect(ask(own, 1_000)).toEqual({});
  });

  it('last from the latest call on, and are never more than the prompt', () => {
    const own = memory();
    own.served('key', { pool: 'a', tokens: 9_000 }, 0);
    own.served('key', { pool: 'b', tokens: 1_200 }, 100);
    own.served('key', { pool: 'a', tokens: 9_500 }, 900);
    expect(ask(own, 1_099)).toEqual({ a: 2_000, b: 1_200 });
    expect(ask(own, 1_100)).toEqual({ a: 2_000 });
  });

  it('do not count in a pool that is too busy', () => {
    const own = memory();
    own.served('key', { pool: 'a', tokens: 1_500 }, 0);
    const busy = [
      { name: 'a', weight: 1, calls: 9 },
      { name: 'b', weight: 1, calls: 1 },
    ];
    expect(ask(own, 1, busy)).toEqual({});
  });

  it('are forgotten for the keys that were used longest ago, and for a key’s older pools', () => {
    const own = memory(2);
    for (const key of ['key', 'second', 'third']) own.served(key, { pool: 'a', tokens: 1_500 }, 0);
    expect(ask(own, 1)).toEqual({});
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const pool of names) own.served('key', { pool, tokens: 1_500 }, 0);
    expect(Object.keys(ask(own, 1, idle(...names))).toSorted()).toEqual(['b', 'c', 'd', 'e']);
  });

  it('take no nonsense', () => {
    const own = memory();
    for (const tokens of [0, -1, NaN]) own.served('key', { pool: 'a', tokens }, 0);
    expect(ask(own, 1)).toEqual({});
  });
});
