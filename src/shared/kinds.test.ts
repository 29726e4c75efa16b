import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '#balancer/admit.ts';
import type { Member } from '#balancer/member.ts';
import { NO_LACK } from '#balancer/bid.ts';
import { OwnSide } from '#balancer/own-side.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Lane } from '#shared/lane.ts';
import type { QueueLimits } from '#shared/queue-limits.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';
import { Waiter } from '#shared/waiter.ts';
import type { Look } from '#shared/walk.ts';

const SECOND_MS = 1_000;

const chars = (ascii: number) => ({ ascii, wide: 0, marks: 0, images: 0, choices: 1 });

/** Each of the members gives a thousand tokens a second, and holds no more. */
const world = (members: readonly Member[], queue: Partial<QueueLimits> = {}) => {
  const { clock, ledger, owner } = createTestOwner(members, queue);
  for (const { accounts } of members)
    ledger.limit(
      accounts[0],
      { dimension: 'tokens', amount: 1_000, windowMs: SECOND_MS, refill: 'linear' },
      { source: 'config', now: clock.now() },
    );
  const log: { name: string; deployment: string; at: number }[] = [];
  const enter = async (name: string, more: Partial<AdmitRequest> = {}): Promise<void> => {
    const { lease } = await owner.admit({
      ...request(clock, more),
      tried: new Set(),
      signal: new AbortController().signal,
    });
    log.push({ name, deployment: lease?.deployment ?? 'nobody', at: clock.now() });
  };
  /** Takes 868 tokens of this deployment, as much as an estimate leaves to take at once. */
  const drain = (pinned: string) => enter('drain', { pinned, demand: chars(3_440) });
  const served = () => log.filter(({ name }) => name !== 'drain');
  return { clock, enter, drain, served };
};

describe('whoever wishes something of deployments', () => {
  it.each<{ wish: string; blind: Partial<Member>; more: Partial<AdmitRequest> }>([
    {
      wish: 'an ability',
      blind: { abilities: { vision: false } },
      more: { needs: { abilities: ['vision'] } },
    },
    { wish: 'a region', blind: { region: 'us' }, more: { needs: { region: 'eu' } } },
    { wish: 'the one it names', blind: {}, more: { pinned: 'a' } },
    {
      wish: 'a tag',
      blind: { tags: ['default'] },
      more: { tags: { tags: ['eu'], match: 'any' } },
    },
  ])('keeps nobody behind it from others: $wish', async ({ blind, more }) => {
    const w = world([
      member('a', { abilities: { vision: true }, region: 'eu', tags: ['eu', 'default'] }),
      member('b', blind),
    ]);
    await w.drain('a');
    const special = w.enter('special', { ...more, demand: chars(1_000) });
    // It asks for more, and comes later.
    await w.enter('plain', { demand: chars(2_000), waitUntil: 60_000 });
    expect(w.served()).toMatchObject([{ name: 'plain', deployment: 'b', at: 0 }]);
    await w.clock.advance(SECOND_MS);
    await special;
    expect(w.served().at(-1)).toMatchObject({ name: 'special', deployment: 'a' });
  });

  it('has from far behind what would be lost, at that instant', async () => {
    const w = world([member('a', { tags: ['x'] }), member('b')]);
    await w.drain('a');
    await w.drain('b');
    const long = Array.from({ length: 60 }, () =>
      w.enter('plain', { tags: { tags: ['x'], match: 'any' }, waitUntil: 300_000 }),
    );
    const special = w.enter('special', { pinned: 'b', waitUntil: 300_000 });
    await w.clock.advance(767);
    expect(w.served().map(({ name }) => name)).not.toContain('special');
    await w.clock.advance(1);
    await special;
    expect(w.served().at(-1)).toMatchObject({ name: 'special', deployment: 'b', at: 768 });
    await w.clock.advance(60 * SECOND_MS);
    await Promise.all(long);
  });

  it('may go elsewhere when its own time comes, though one before it may not yet', async () => {
    const w = world([member('a'), member('h', { group: 'h' })], { beforeFallbackMs: 300 });
    await w.drain('a');
    const groups = ['g', 'h'] as const;
    const older = w.enter('older', {
      groups,
      demand: chars(2_000),
      tenant: { key: 'k', user: '' },
    });
    await w.clock.advance(200);
    // It has a share of its own, and so its turn is first.
    const newer = w.enter('newer', { groups, demand: chars(1_900), waitUntil: 20_000 });
    await w.clock.advance(100);
    await older;
    expect(w.served()).toMatchObject([{ name: 'older', deployment: 'h', at: 300 }]);
    await w.clock.advance(SECOND_MS);
    await newer;
  });
});

describe('a walk along a long line', () => {
  const clock = new VirtualClock();
  const signal = new AbortController().signal;
  const nothing = { placed: false, waitMs: Infinity, lack: NO_LACK };

  /** A line in which all of these wait, and how often somebody is looked at, or overflow is. */
  const lineOf = (asks: readonly Partial<AdmitRequest>[], look: (waiter: Waiter) => Look) => {
    const count = { looks: 0, overflows: 0 };
    const lane = new Lane({
      clock,
      batchShare: 0.1,
      place: (waiter) => {
        count.looks++;
        return look(waiter);
      },
      isDue: () => false,
      overflowMs: () => 100,
      overflowOfKindMs: () => {
        count.overflows++;
        return 100;
      },
      elsewhereMs: () => Infinity,
      emptied: () => {},
    });
    for (const more of asks) {
      const whole = { ...request(clock, more), tried: new Set<string>(), signal };
      lane.add(new Waiter(whole, [], 0), Infinity);
    }
    return { lane, count };
  };
  const tenant = (i: number) => ({ key: `k${i % 50}`, user: '' });
  const many = <T>(some: (i: number) => T): T[] => Array.from({ length: 2_000 }, (_, i) => some(i));

  it('looks at a few in front, and at nobody of a kind for which nothing would be lost', () => {
    const asks = many((i) => ({ tenant: tenant(i), ...(i % 10 === 0 && { pinned: `d${i % 7}` }) }));
    const { lane, count } = lineOf(asks, () => nothing);
    lane.walk();
    expect(count).toEqual({ looks: 40, overflows: 7 });
  });

  const own = (...accounts: string[]) =>
    new OwnSide(accounts.map((account) => ({ account, cost: { parallel: 1 }, setting: account })));
  const full = { ...nothing, isOwn: true, isForAll: true };

  it('ends with the first whose own side is full, where everybody has the same', () => {
    const asks = many((i) => ({ tenant: tenant(i), own: own('all') }));
    const { lane, count } = lineOf(asks, () => full);
    lane.walk();
    expect(count).toEqual({ looks: 1, overflows: 0 });
  });

  it('looks at one of each whose own side is full, and finds those behind', () => {
    const asks = many((i) => ({ tenant: tenant(i), own: own('all', tenant(i).key) }));
    const free = { tenant: tenant(7), own: own('other') };
    const { lane, count } = lineOf([...asks, free], ({ own }) =>
      own === 'other' ? { ...nothing, placed: true } : full,
    );
    lane.walk();
    expect(lane.size).toBe(2_000);
    expect(count).toEqual({ looks: 51, overflows: 0 });
  });
});
