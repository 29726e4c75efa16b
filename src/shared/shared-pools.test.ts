import { describe, expect, it } from 'vitest';
import type { AdmitRequest, Lease } from '#balancer/admit.ts';
import type { Member } from '#balancer/member.ts';
import type { Cost, QuotaNews } from '#core/quota.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

const MINUTE_MS = 60_000;
const ACME = { organization: 'org-acme' };

const vendorMember = (name: string, more: Partial<Member> = {}): Member =>
  member(name, { vendor: 'v', ...more });

const world = (members: readonly Member[]) => {
  const lines: string[] = [];
  const write = (_: unknown, text: string): void => void lines.push(text);
  const log = { debug: write, info: write, warn: write, error: write };
  const { clock, ledger, owner, pool } = createTestOwner(members, {}, log);
  const ask = (more: Partial<AdmitRequest> = {}) =>
    owner.admit({
      ...request(clock),
      tried: new Set(),
      signal: new AbortController().signal,
      ...more,
    });
  /** Asks the one deployment. */
  const call = async (pinned: string): Promise<Lease> => {
    const { lease } = await ask({ pinned });
    if (!lease) throw new Error('nobody took it');
    return lease;
  };
  const told = (remaining: number, limit = 6_000): QuotaNews['told'] => [
    { dimension: 'tokens', windowMs: MINUTE_MS, limit, remaining },
  ];
  const answer = async (name: string, remaining: number, news: Partial<QuotaNews> = ACME) => {
    const lease = await call(name);
    lease.observed({ told: told(remaining), ...news }, clock.now());
    lease.done(undefined, clock.now());
  };
  const accounts = (name: string) => pool.state(name).accounts;
  const level = (account: string) => ledger.gauges(account, clock.now())[0]?.level;
  return { clock, ledger, owner, pool, lines, ask, call, told, answer, accounts, level };
};

const MERGED = 'organisation/org-acme/v/m';

describe('keys of one organisation', () => {
  it('draw from one account from their first answers on, with what was told last', async () => {
    const w = world([vendorMember('a'), vendorMember('b')]);
    await w.answer('a', 5_000);
    expect(w.accounts('a')).toEqual(['a']);
    await w.clock.advance(1_000);
    await w.answer('b', 4_000);
    expect([w.accounts('a'), w.accounts('b')]).toEqual([[MERGED], [MERGED]]);
    expect(w.level(MERGED)).toBe(4_000);
    expect(w.lines).toEqual([]);
    await w.clock.advance(1_000);
    expect(w.lines).toEqual([
      'a and b share one organisation (org-acme): 6,000 tokens a minute, not 12,000',
    ]);
    const { groups, accounts } = w.owner.view();
    expect(groups).toMatchObject([{ deployments: 2, pools: 1, perMinute: { tokens: 6_000 } }]);
    expect(accounts).toMatchObject([{ account: MERGED, sharing: w.lines[0] }]);
  });

  it('are charged together, also for what waits already', async () => {
    const w = world([vendorMember('a'), vendorMember('b')]);
    const first = await w.call('a');
    await w.clock.advance(500);
    const second = await w.call('b');
    first.observed({ told: w.told(0), ...ACME }, w.clock.now());
    // It waits for the account that a has then.
    const waiting = w.ask({ pinned: 'a' });
    second.observed({ told: w.told(20), ...ACME }, w.clock.now());
    expect(w.level(MERGED)).toBe(20);
    await w.clock.advance(1_200);
    expect((await waiting).lease?.deployment).toBe('a');
    // It took what came back meanwhile, and 108 tokens less.
    expect(w.level(MERGED)).toBeLessThan(50);
  });

  it('keep the pools around them and the ceilings of their own', async () => {
    const w = world([
      vendorMember('a', { accounts: ['outer', 'a'] }),
      vendorMember('b', { accounts: ['b'] }),
    ]);
    const ceiling = {
      dimension: 'requests',
      amount: 5,
      windowMs: MINUTE_MS,
      refill: 'linear',
    } as const;
    w.ledger.limit('b', ceiling, { source: 'config', now: 0 });
    await w.answer('a', 5_000);
    await w.answer('b', 4_000);
    expect(w.accounts('a')).toEqual(['outer', MERGED]);
    expect(w.accounts('b')).toEqual(['b', MERGED]);
  });

  it('are one in every group that has them, and wait in one line', async () => {
    const w = world([
      vendorMember('a'),
      vendorMember('a2', { group: 'other', accounts: ['a'] }),
      vendorMember('b', { group: 'third' }),
    ]);
    const lines = () => w.owner.view().lines.map(({ groups }) => groups.map(({ group }) => group));
    expect(lines()).toEqual([['g', 'other'], ['third']]);
    const ask = (group: string, pinned: string) => w.ask({ groups: [group], pinned });
    const leases = [await ask('g', 'a'), await ask('third', 'b')].map(({ lease }) => lease!);
    leases[0]!.observed({ told: w.told(0), ...ACME }, 0);
    const waiting = ask('other', 'a2');
    leases[1]!.observed({ told: w.told(0), ...ACME }, 0);
    expect(lines()).toEqual([['g', 'other', 'third']]);
    expect(w.accounts('a2')).toEqual([MERGED]);
    await w.clock.advance(2_000);
    expect((await waiting).lease?.deployment).toBe('a2');
  });

  it('forget at once who leaves the line that they were brought together in', async () => {
    const w = world([vendorMember('a'), vendorMember('b', { group: 'other' })]);
    const leases = [await w.call('a'), (await w.ask({ groups: ['other'] })).lease!];
    leases[0]!.observed({ told: w.told(0), ...ACME }, 0);
    const controller = new AbortController();
    const left = w.ask({ signal: controller.signal });
    const stays = w.ask();
    leases[1]!.observed({ told: w.told(0), ...ACME }, 0);
    controller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await w.clock.advance(1_300);
    expect((await stays).lease).toBeDefined();
    expect(w.owner.view().lines).toMatchObject([{ requests: 0 }]);
  });

  it('are only told of where the config names their pools', async () => {
    const w = world([vendorMember('a', { isPooled: true }), vendorMember('b')]);
    await w.answer('a', 5_000);
    await w.answer('b', 5_000);
    await w.answer('a', 5_000);
    await w.clock.advance(5_000);
    expect(w.accounts('a')).toEqual(['a']);
    expect(w.lines).toEqual([expect.stringMatching(/^a and b answer as one organisation/)]);
  });

  it('are what they were after a restart', async () => {
    const before = world([vendorMember('a'), vendorMember('b')]);
    await before.answer('a', 5_000);
    await before.clock.advance(1_000);
    await before.answer('b', 4_000);
    const saved = [before.ledger.snapshot(1_000), before.owner.shared.save()] as const;
    const after = world([vendorMember('a'), vendorMember('b')]);
    after.ledger.restore(saved[0], { elapsedMs: 1_000, now: 0 });
    after.owner.shared.load(saved[1]);
    expect(after.accounts('a')).toEqual([MERGED]);
    expect(after.level(MERGED)).toBe(4_100);
  });
});

describe('keys whose levels move apart', () => {
  it('get their own accounts back, with what they told last', async () => {
    const w = world([vendorMember('a'), vendorMember('b')]);
    const left: Record<string, { tokens: number; at: number }> = {};
    const call = async (name: string): Promise<void> => {
      const its = (left[name] ??= { tokens: 6_000, at: 0 });
      const lease = await w.call(name);
      const now = w.clock.now();
      its.tokens = Math.min(6_000, its.tokens + (now - its.at) / 10) - 108;
      its.at = now;
      lease.observed({ told: w.told(Math.floor(its.tokens)), ...ACME }, now);
      lease.done(undefined, now);
    };
    for (let i = 0; i < 200 && !w.lines.some((line) => line.includes('after all')); i++) {
      await call('a');
      await w.clock.advance(200);
      await call('b');
      await w.clock.advance(200);
    }
    expect(w.lines).toEqual([
      'a and b share one organisation (org-acme): 6,000 tokens a minute, not 12,000',
      'a and b have limits of their own after all: 12,000 tokens a minute, not 6,000',
    ]);
    expect([w.accounts('a'), w.accounts('b')]).toEqual([['a'], ['b']]);
    for (const name of ['a', 'b'])
      expect(w.level(name)).toBeLessThanOrEqual(left[name]!.tokens + 40);
    await call('a');
    await call('b');
    expect(w.accounts('a')).toEqual(['a']);
  });
});

describe('what a call came to', () => {
  it('is what levels are compared by', async () => {
    const half = (charged: Cost): Cost => ({ ...charged, tokens: 54 });
    const settle = { settle: half };
    const w = world([vendorMember('a', settle), vendorMember('b', settle)]);
    const leases = [await w.call('a'), await w.call('b'), await w.call('b'), await w.call('b')];
    leases[1]!.done({ inputTokens: 40, outputTokens: 14 }, 0);
    leases[2]!.failed('connect', 0);
    leases[3]!.abandoned(0);
    leases[0]!.observed({ told: w.told(5_000), ...ACME }, 0);
    await w.clock.advance(1_000);
    await w.answer('b', 5_000);
    // Of what went before, nobody knows any more in which order it was charged.
    expect(w.level(MERGED)).toBeLessThanOrEqual(5_000);
    expect(w.level(MERGED)).toBeGreaterThan(5_000 - 3 * 108);
  });
});
