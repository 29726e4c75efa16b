import { beforeEach, describe, expect, it } from 'vitest';
import type { Admission, AdmitRequest, Lease } from '#balancer/admit.ts';
import type { Member } from '#balancer/member.ts';
import type { QueueLimits } from '#shared/queue-limits.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

const MINUTE_MS = 60_000;

const world = (members: readonly Member[], queue: Partial<QueueLimits> = {}) => {
  const { clock, ledger, owner } = createTestOwner(members, queue);
  const limit = (
    account: string,
    amount: number,
    dimension: 'requests' | 'tokens' = 'requests',
    refill: 'linear' | 'fixed' = 'linear',
  ) =>
    ledger.limit(
      account,
      { dimension, amount, windowMs: MINUTE_MS, refill },
      { source: 'config', now: clock.now() },
    );
  const ask = async (more: Partial<AdmitRequest> = {}): Promise<Admission> =>
    owner.admit({
      ...request(clock, more),
      tried: more.tried ?? new Set(),
      signal: more.signal ?? new AbortController().signal,
    });
  /** Asks, and says who took it and when. */
  const log: { name: string; deployment: string; at: number }[] = [];
  const enter = async (name: string, more: Partial<AdmitRequest> = {}): Promise<void> => {
    const { lease } = await ask(more);
    log.push({ name, deployment: lease?.deployment ?? 'nobody', at: clock.now() });
  };
  return { clock, owner, limit, ask, enter, log };
};

/** Spends all of an account's minute, and lets nothing come of it. */
const drain = async (w: ReturnType<typeof world>, requests: number): Promise<void> => {
  for (let i = 0; i < requests; i++) await w.ask();
};

describe('MemoryOwner', () => {
  let one: ReturnType<typeof world>;
  beforeEach(() => {
    one = world([member('a')]);
    one.limit('a', 60);
  });

  it('lets a request go at once when there is room', async () => {
    const { lease, queueMs, group } = (await one.ask()) as Extract<Admission, { lease: Lease }>;
    expect({ deployment: lease.deployment, queueMs, group }).toEqual({
      deployment: 'a',
      queueMs: 0,
      group: 'g',
    });
  });

  it('never throttles an upstream of which nothing is known', async () => {
    const free = world([member('a')]);
    for (let i = 0; i < 1_000; i++) expect((await free.ask()).queueMs).toBe(0);
  });

  it('wakes a request at the computed instant', async () => {
    await drain(one, 60);
    const waiting = one.enter('x');
    await one.clock.advance(999);
    expect(one.log).toEqual([]);
    await one.clock.advance(1);
    await waiting;
    expect(one.log).toMatchObject([{ name: 'x', at: 1_000 }]);
  });

  it('serves in turn, and wakes for each', async () => {
    await drain(one, 60);
    const all = ['x', 'y', 'z'].map((name) => one.enter(name));
    await one.clock.advance(3_000);
    await Promise.all(all);
    expect(one.log.map(({ name, at }) => [name, at])).toEqual([
      ['x', 1_000],
      ['y', 2_000],
      ['z', 3_000],
    ]);
  });

  it('refuses at once what could not be served in time, with the computed wait', async () => {
    await drain(one, 60);
    const late = one.ask({ waitUntil: 500 });
    await expect(late).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
    await expect(late).rejects.toThrow(/a in 1 s.*x-queue-timeout/);
    await expect(one.ask({ waitUntil: 0 })).rejects.toMatchObject({ retryAfterMs: 1_000 });
  });

  it('counts a prompt as its vendor did once that is known', async () => {
    one.limit('a', 6_000, 'tokens');
    const ends = async (inputTokens: number) => {
      const { lease } = await one.ask({ waitUntil: 0 });
      lease!.done({ inputTokens, outputTokens: 0 }, 0);
    };
    // It looks like 108 tokens, and then like ten times as many.
    await ends(5_000);
    await expect(ends(10)).rejects.toMatchObject({ retryAfterMs: 2_420 });
  });

  it('tells the earliest time of all when every pool is blocked', async () => {
    const blocked = world([member('a'), member('b')]);
    for (const retryMs of [12_000, 7_000]) {
      const { lease } = await blocked.ask();
      lease!.observed({ told: [], refusal: { class: 'minute', retryMs } }, 0);
      lease!.failed('minute-quota', 0);
    }
    const refused = blocked.ask({ waitUntil: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 7_000 });
    await expect(refused).rejects.toThrow(/in 12 s.*in 7 s|in 7 s.*in 12 s/);
  });

  it('goes by the computed instant where nobody is before it, however slow the line had been', async () => {
    one.limit('a', 6_000, 'tokens');
    await drain(one, 55);
    const small = Array.from({ length: 6 }, () => one.enter('small'));
    await one.clock.advance(20_000);
    await Promise.all(small);
    const large = { demand: { ascii: 13_000, wide: 0, marks: 0, images: 0, choices: 1 } };
    const entered = one.enter('large', large);
    await one.clock.advance(30_000);
    await entered;
    expect(one.log.at(-1)).toMatchObject({ name: 'large' });
  });

  it('refuses at once what is larger than every limit', async () => {
    one.limit('a', 1_000, 'tokens');
    const demand = { ascii: 40_000, wide: 0, marks: 0, images: 0, choices: 1 };
    await expect(one.ask({ demand })).rejects.toMatchObject({ code: 'too_large', status: 413 });
  });

  it('says who could not and why when nobody ever will', async () => {
    const { lease, routed } = await one.ask({ tried: new Set(['a']) });
    expect(lease).toBeUndefined();
    expect(routed.out).toMatchObject([{ name: 'a', reason: 'tried' }]);
    expect(await one.ask({ groups: ['nothing'] })).toMatchObject({ routed: { candidates: [] } });
  });

  it('forgets at once who has left, and serves the next', async () => {
    await drain(one, 60);
    const controller = new AbortController();
    const first = one.ask({ signal: controller.signal });
    const second = one.enter('second');
    controller.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    await one.clock.advance(1_000);
    await second;
    expect(one.log).toMatchObject([{ name: 'second', at: 1_000 }]);
    const left = one.ask({ signal: controller.signal });
    await expect(left).rejects.toThrow('gone');
  });

  it('serves those behind at once when the one leaves for whom room was kept', async () => {
    one.limit('a', 10_000, 'tokens');
    const large = { demand: { ascii: 36_000, wide: 0, marks: 0, images: 0, choices: 1 } };
    await one.ask(large);
    const controller = new AbortController();
    const head = one.ask({ ...large, signal: controller.signal, waitUntil: 100_000 });
    const behind = one.enter('behind', { waitUntil: 200_000 });
    await one.clock.advance(500);
    expect(one.log).toEqual([]);
    controller.abort(new Error('gone'));
    await expect(head).rejects.toThrow('gone');
    await behind;
    expect(one.log).toMatchObject([{ name: 'behind', at: 500 }]);
  });

  it('serves all for whom there is room again, however many they are', async () => {
    const w = world([member('a')]);
    w.limit('a', 600, 'requests', 'fixed');
    await drain(w, 600);
    const all = Array.from({ length: 500 }, (_, i) =>
      w.enter('x', { waitUntil: 120_000, tenant: { key: `k${i % 7}`, user: '' } }),
    );
    await w.clock.advance(MINUTE_MS - 1);
    expect(w.log).toEqual([]);
    await w.clock.advance(3);
    await Promise.all(all);
    expect(w.log).toHaveLength(500);
  });

  it('bounds what waits, in all and for one key', async () => {
    const small = world([member('a')], { maxRequests: 3, tenantShare: 0.34, maxBytes: 10_000 });
    small.limit('a', 60);
    await drain(small, 60);
    const tenant = (key: string) => ({ tenant: { key, user: '' } });
    const waiting = [small.enter('x', tenant('k')), small.enter('y', tenant('l'))];
    await expect(small.ask(tenant('l'))).rejects.toThrow(/This key has too many.*tenant_share/);
    waiting.push(small.enter('z', tenant('m')));
    await expect(small.ask(tenant('n'))).rejects.toThrow(/max_requests/);
    await small.clock.advance(3_000);
    await Promise.all(waiting);
    await expect(small.ask({ ...tenant('l'), bytes: 20_000 })).rejects.toThrow(
      /too large together/,
    );
  });

  it('lets small requests pass one that waits for a pool, on the others', async () => {
    const two = world([member('a'), member('b')]);
    two.limit('a', 10_000, 'tokens');
    two.limit('b', 1_000, 'tokens');
    const large = {
      demand: { ascii: 36_000, wide: 0, marks: 0, images: 0, choices: 1 },
      waitUntil: 100_000,
    };
    await two.enter('first', large);
    const head = two.enter('head', large);
    await two.enter('small');
    expect(two.log.map(({ name, deployment }) => [name, deployment])).toEqual([
      ['first', 'a'],
      ['small', 'b'],
    ]);
    await two.clock.advance(60_000);
    await head;
  });

  it('keeps room where the first may go, and nowhere else', async () => {
    const two = world([member('a'), member('b')]);
    two.limit('a', 10_000, 'tokens');
    const large = { demand: { ascii: 32_000, wide: 0, marks: 0, images: 0, choices: 1 } };
    await two.ask({ ...large, pinned: 'a' });
    const waitUntil = 200_000;
    const head = two.enter('head', { ...large, pinned: 'a', waitUntil });
    const same = Array.from({ length: 30 }, () => two.enter('same', { pinned: 'a', waitUntil }));
    await two.enter('free');
    await two.clock.advance(100_000);
    await Promise.all([head, ...same]);
    expect(two.log.slice(0, 2).map(({ name, deployment }) => [name, deployment])).toEqual([
      ['free', 'b'],
      ['head', 'a'],
    ]);
  });

  it('keeps a pool no longer than the one in front lacks it', async () => {
    const nested = world([
      member('a', { accounts: ['organisation', 'project'] }),
      member('b', { accounts: ['project'] }),
    ]);
    nested.limit('organisation', 1);
    nested.limit('project', 60);
    const waitUntil = 100_000;
    const { lease } = await nested.ask({ pinned: 'a' });
    for (let i = 0; i < 59; i++) await nested.ask({ pinned: 'b' });
    const head = nested.enter('head', { pinned: 'a', waitUntil });
    const behind = nested.enter('behind', { pinned: 'b', waitUntil });
    // Whoever looks at the line now finds the pool kept.
    lease!.done(undefined, nested.clock.now());
    await nested.clock.advance(60_000);
    await Promise.all([head, behind]);
    expect(nested.log).toMatchObject([
      { name: 'behind', at: 1_000 },
      { name: 'head', at: 60_000 },
    ]);
  });

  it('keeps small requests from starving a large one', async () => {
    one.limit('a', 10_000, 'tokens');
    const large = { demand: { ascii: 32_000, wide: 0, marks: 0, images: 0, choices: 1 } };
    await one.ask({ ...large });
    const waitUntil = 200_000;
    const head = one.enter('large', { ...large, waitUntil });
    const rest = Array.from({ length: 30 }, (_, i) => one.enter(`small ${i}`, { waitUntil }));
    await one.clock.advance(100_000);
    await Promise.all([head, ...rest]);
    expect(one.log[0]!.name).toBe('large');
  });

  it('serves keys by turns, however much one of them sends', async () => {
    await drain(one, 60);
    const waitUntil = 300_000;
    const flood = Array.from({ length: 20 }, () => one.enter('flood', { waitUntil }));
    await one.clock.advance(1_000);
    const light = one.enter('light', { waitUntil, tenant: { key: 'light', user: '' } });
    await one.clock.advance(30_000);
    await Promise.all([...flood, light]);
    expect(one.log.findIndex(({ name }) => name === 'light')).toBeLessThanOrEqual(2);
  });

  it('serves interactive requests before batch ones, which keep their share', async () => {
    await drain(one, 60);
    const waitUntil = 300_000;
    const batch = Array.from({ length: 20 }, () =>
      one.enter('batch', { waitUntil, priority: 'batch' }),
    );
    const people = Array.from({ length: 20 }, () => one.enter('person', { waitUntil }));
    await one.clock.advance(20_000);
    const batches = one.log.filter(({ name }) => name === 'batch').length;
    expect(batches).toBeGreaterThanOrEqual(2);
    expect(batches).toBeLessThanOrEqual(3);
    await one.clock.advance(30_000);
    await Promise.all([...batch, ...people]);
  });

  it('goes to a fallback that can take it now, or waits for it as long as it is told', async () => {
    const groups = ['g', 'other'] as const;
    const members = [member('a'), member('b', { group: 'other' })];
    const eager = world(members);
    eager.limit('a', 60);
    await drain(eager, 60);
    expect(await eager.ask({ groups: [...groups] })).toMatchObject({ group: 'other', queueMs: 0 });
    const patient = world(members, { beforeFallbackMs: 400 });
    patient.limit('a', 60);
    await drain(patient, 60);
    const late = patient.enter('late', { groups: [...groups] });
    await patient.clock.advance(400);
    await late;
    expect(patient.log).toMatchObject([{ deployment: 'b', at: 400 }]);
  });

  it('goes to a later order while it has time to, however long it is told to wait for a better', async () => {
    const tiers = world([member('a', { order: 1 }), member('b', { order: 2 })], {
      beforeFallbackMs: 5_000,
    });
    tiers.limit('a', 60);
    for (let i = 0; i < 60; i++) await tiers.ask({ pinned: 'a' });
    expect(await tiers.ask({ waitUntil: 0 })).toMatchObject({ lease: { deployment: 'b' } });
    const entered = tiers.enter('late', { waitUntil: 500 });
    await tiers.clock.advance(500);
    await entered;
    expect(tiers.log).toMatchObject([{ deployment: 'b', at: 450 }]);
  });

  it('keeps nothing but the better order that it waits for', async () => {
    const orders = [member('a', { order: 1 }), member('b'), member('c')];
    const tiers = world(orders, { beforeFallbackMs: 5_000 });
    tiers.limit('a', 1);
    await tiers.ask({ pinned: 'a' });
    tiers.limit('c', 1_000, 'tokens');
    for (let i = 0; i < 6; i++) await tiers.ask({ pinned: 'c' });
    const large = { demand: { ascii: 2_000, wide: 0, marks: 0, images: 0, choices: 1 } };
    const head = tiers.enter('head', large);
    await tiers.enter('small', { pinned: 'c' });
    expect(tiers.log).toMatchObject([{ name: 'small', deployment: 'c', at: 0 }]);
    await tiers.clock.advance(5_000);
    await head;
  });

  it('waits for a better order no longer than it is told', async () => {
    const tiers = world([member('a', { order: 1 }), member('b', { order: 2 })]);
    tiers.limit('a', 60);
    await drain(tiers, 60);
    expect(await tiers.ask()).toMatchObject({ lease: { deployment: 'b' } });
  });

  it('goes to a later order at once, though others wait in line', async () => {
    const tiers = world([member('a', { order: 1 }), member('b', { order: 2 })]);
    tiers.limit('a', 60);
    for (let i = 0; i < 60; i++) await tiers.ask({ pinned: 'a' });
    const waiting = tiers.enter('a', { pinned: 'a' });
    await tiers.enter('b');
    expect(tiers.log).toMatchObject([{ name: 'b', deployment: 'b', at: 0 }]);
    await tiers.clock.advance(1_000);
    await waiting;
  });

  it('shows what is left and who waits', async () => {
    await drain(one, 60);
    const waiting = one.enter('x', { tenant: { key: 'k', user: 'u' } });
    await one.clock.advance(500);
    const { accounts, lines, groups } = one.owner.view();
    expect(groups).toMatchObject([
      { group: 'g', deployments: 1, pools: 1, perMinute: { requests: 60 } },
    ]);
    expect(accounts).toMatchObject([{ account: 'a', deployments: ['a'], inFlight: 60 }]);
    expect(accounts[0]!.gauges).toMatchObject([{ dimension: 'requests', amount: 60 }]);
    expect(lines).toMatchObject([
      { requests: 1, tenants: [{ key: 'k', user: 'u', requests: 1, oldestMs: 500 }] },
    ]);
    await one.clock.advance(500);
    await waiting;
  });
});
