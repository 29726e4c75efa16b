import { describe, expect, it } from 'vitest';
import type { Limit } from '#ledger/limit.ts';
import { createTestOwner, member } from '#shared/test-kit.ts';

const world = (accounts: Readonly<Record<string, readonly [string, ...string[]]>>) => {
  const members = Object.entries(accounts).map(([name, its]) => member(name, { accounts: its }));
  const { owner, ledger } = createTestOwner(members);
  const limit = (account: string, amount: number, more: Partial<Limit> = {}): void =>
    ledger.limit(
      account,
      { dimension: 'tokens', amount, windowMs: 60_000, refill: 'linear', ...more },
      { source: 'config', now: 0 },
    );
  return { limit, group: () => owner.view().groups[0]! };
};

describe('what a group can do in all', () => {
  it('is the sum of pools, each counted once', () => {
    const { limit, group } = world({ a: ['p'], b: ['p'], c: ['q'] });
    limit('p', 30_000);
    expect(group()).toEqual({ group: 'g', deployments: 3, pools: 2, perMinute: {} });
    limit('q', 20_000);
    limit('q', 600_000, { windowMs: 3_600_000 });
    expect(group().perMinute).toEqual({ tokens: 40_000 });
  });

  it('is what the pool around them allows', () => {
    const { limit, group } = world({ a: ['all', 'p'], b: ['all', 'q'], c: ['r'] });
    limit('all', 30_000);
    limit('r', 5_000);
    expect(group().perMinute).toEqual({ tokens: 35_000 });
    limit('p', 10_000);
    limit('q', 10_000);
    expect(group().perMinute).toEqual({ tokens: 25_000 });
  });

  it('is no more than what single deployments may', () => {
    const { limit, group } = world({ a: ['a', 'p'], b: ['b', 'p'] });
    limit('p', 30_000);
    limit('a', 10_000);
    expect(group().perMinute).toEqual({ tokens: 30_000 });
    limit('b', 5_000);
    expect(group().perMinute).toEqual({ tokens: 15_000 });
  });

  it('is found for pools that cross each other', () => {
    const { limit, group } = world({ a: ['p', 'q'], b: ['q', 'r'], c: ['r'] });
    for (const pool of ['p', 'q', 'r']) limit(pool, 10_000);
    expect(group().perMinute).toEqual({ tokens: 20_000 });
  });
});
