import { describe, expect, it } from 'vitest';
import type { Admission, AdmitRequest, Lease } from '#balancer/admit.ts';
import type { QueueLimits } from '#shared/queue-limits.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

const MINUTE_MS = 60_000;
const GROUPS = ['g', 'other'] as const;

/** Two groups of one deployment each, of so many requests a minute. */
const world = (own: number, other: number, queue: Partial<QueueLimits> = {}) => {
  const members = [member('a'), member('b', { group: 'other' })];
  const { clock, ledger, owner } = createTestOwner(members, queue);
  const limit = (account: string, amount: number): void =>
    ledger.limit(
      account,
      { dimension: 'requests', amount, windowMs: MINUTE_MS, refill: 'linear' },
      { source: 'config', now: 0 },
    );
  limit('a', own);
  limit('b', other);
  const ask = async (more: Partial<AdmitRequest> = {}): Promise<Admission> =>
    owner.admit({
      ...request(clock, { groups: GROUPS, waitUntil: 300_000, ...more }),
      tried: new Set(),
      signal: more.signal ?? new AbortController().signal,
    });
  const log: string[] = [];
  const enter = async (name: string, more: Partial<AdmitRequest> = {}): Promise<Lease> => {
    const { lease } = (await ask(more)) as Extract<Admission, { lease: Lease }>;
    log.push(`${name} ${lease.deployment} ${clock.now()}`);
    return lease;
  };
  return { clock, owner, enter, log };
};

describe('a group that stands in', () => {
  it('is left to those who wait for it', async () => {
    const { enter, clock, log } = world(1, 60);
    for (let i = 0; i < 60; i++) await enter('fill', { groups: ['other'] });
    await enter('fill', { groups: ['g'] });
    log.splice(0);
    const theirs = [1, 2].map(() => enter('theirs', { groups: ['other'] }));
    const ours = enter('ours');
    await clock.advance(3_000);
    await Promise.all([...theirs, ours]);
    expect(log).toEqual(['theirs b 1000', 'theirs b 2000', 'ours b 3000']);
  });

  it('takes a newcomer at once although others wait in its own line', async () => {
    const { enter, log } = world(1, 60);
    await enter('fill', { groups: ['g'] });
    void enter('patient', { groups: ['g'] });
    await enter('ours');
    expect(log).toEqual(['fill a 0', 'ours b 0']);
  });

  it('takes who waits as soon as its own calls end', async () => {
    const { enter, clock, log, owner } = world(1, 60);
    const leases = [];
    for (let i = 0; i < 60; i++) leases.push(await enter('fill', { groups: ['other'] }));
    await enter('fill', { groups: ['g'] });
    log.splice(0);
    const ours = enter('ours');
    await clock.advance(500);
    // Nothing was spent: it is given back.
    leases[0]!.failed('connect', clock.now());
    await ours;
    expect(log).toEqual(['ours b 500']);
    expect(owner.view().lines.every(({ requests }) => requests === 0)).toBe(true);
  });

  it('is not used for what its own group refuses for another reason', async () => {
    const { owner, clock } = world(60, 60);
    const admission = await owner.admit({
      ...request(clock, { groups: GROUPS }),
      tried: new Set(['a']),
      signal: new AbortController().signal,
    });
    expect(admission.lease).toBeUndefined();
    expect(admission.routed.out).toMatchObject([{ name: 'a', reason: 'tried' }]);
  });

  it('waits for its time where the config wants that', async () => {
    const { enter, clock, log } = world(1, 60, { beforeFallbackMs: 2_000 });
    await enter('fill', { groups: ['g'] });
    void enter('patient', { groups: ['g'] });
    const ours = enter('ours');
    await clock.advance(2_000);
    await ours;
    expect(log.at(-1)).toBe('ours b 2000');
  });
});
