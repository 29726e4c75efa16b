import { describe, expect, it } from 'vitest';
import type { SharingNews } from '#balancer/sharing/shared-set.ts';
import { Sharing } from '#balancer/sharing/sharing.ts';
import { play, type Played } from '#balancer/sharing/test-kit.ts';
import type { QuotaNews } from '#core/quota.ts';

/** What comes back while a call is on its way, tokens. */
const ON_THE_WAY = 40;

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const BUSY = { limit: 30_000, load: 1.1, meanTokens: 600, minutes: 10 };

const kinds = (found: readonly SharingNews[]): string[] => found.map(({ kind }) => kind);
const members = (sharing: Sharing): string[][] => sharing.sets.map((set) => set.members.toSorted());

const playAll = (of: Omit<Played, 'seed'>) => SEEDS.map((seed) => play({ ...of, seed }));

describe('levels that move together', () => {
  it.each([
    ['of two keys', [0, 0], [['k0', 'k1']]],
    ['of three keys, all of them busy', [0, 0, 0], [['k0', 'k1', 'k2']]],
    ['of two of three keys', [0, 0, 1], [['k0', 'k1']]],
    ['of eight keys', Array<number>(8).fill(0), [Array.from({ length: 8 }, (_, i) => `k${i}`)]],
  ])('%s are one', (_, buckets, expected) => {
    for (const { sharing, found } of playAll({ ...BUSY, buckets })) {
      expect(members(sharing)).toEqual(expected);
      expect(kinds(found)).not.toContain('split');
      expect(sharing.sets[0]).not.toHaveProperty('organization');
    }
  });

  it('begin, as one, with what was told last and was charged since', () => {
    for (const { found, lefts } of playAll({ ...BUSY, buckets: [0, 0, 0] })) {
      const [merged] = found as readonly Extract<SharingNews, { kind: 'merged' }>[];
      const [levels] = merged!.levels;
      expect(levels).toMatchObject({ account: merged!.set.account, model: 'm' });
      const [told] = levels!.told;
      expect(told).toMatchObject({ dimension: 'tokens', limit: 30_000, windowMs: 60_000 });
      expect(told!.remaining).toBeGreaterThanOrEqual(0);
      expect(told!.remaining).toBeLessThanOrEqual(lefts[0]! + ON_THE_WAY);
    }
  });

  it.each([0.3, 0.9, 1.5])('are not seen in keys of their own, at a load of %d', (load) => {
    for (const levelled of [false, true])
      for (const ratio of [0.7, 1, 1.4])
        for (const { found } of playAll({ ...BUSY, buckets: [0, 1, 2], load, levelled, ratio }))
          expect(found).toEqual([]);
  });

  it('are not seen where somebody else uses one key', () => {
    for (const share of [0.2, 0.5, 0.8])
      for (const levelled of [false, true]) {
        const hidden = (key: number): number => (key === 0 ? share : 0);
        for (const { found } of playAll({ ...BUSY, buckets: [0, 1], load: 0.7, hidden, levelled }))
          expect(found).toEqual([]);
      }
  });

  it('are not seen in levels that come back all at once, or that hold little', () => {
    for (const load of [0.5, 1, 2])
      for (const levelled of [false, true])
        for (const shape of [{ fixed: true }, { burstMs: 1_000 }, { burstMs: 10_000 }]) {
          const small = { ...BUSY, meanTokens: 250, load, levelled, ...shape };
          for (const { found } of playAll({ ...small, buckets: [0, 1, 2] }))
            expect(found).toEqual([]);
        }
  });

  it('are not seen where another gateway uses the same keys as much as this one', () => {
    for (const levelled of [false, true]) {
      const hidden = (): number => 0.5;
      const small = { ...BUSY, meanTokens: 150, load: 0.5 };
      for (const { found } of playAll({ ...small, buckets: [0, 1], hidden, levelled }))
        expect(found).toEqual([]);
    }
  });
});

describe('an equal organisation', () => {
  const organization = (): string => 'org-acme';

  it('makes keys one at their first answers, and they stay so', () => {
    for (const load of [0.3, 0.9, 2])
      for (const ratio of [0.7, 1, 1.4])
        for (const { sharing, found } of playAll({
          ...BUSY,
          buckets: [0, 0, 0],
          load,
          ratio,
          organization,
        })) {
          expect(kinds(found)).toEqual(['merged', 'merged']);
          expect(members(sharing)).toEqual([['k0', 'k1', 'k2']]);
          expect(sharing.sets[0]).toMatchObject({
            account: 'organisation/org-acme/v/m',
            organization: 'org-acme',
          });
        }
  });

  it('makes keys one no more whose levels provably move apart', () => {
    for (const ratio of [0.85, 1, 1.2])
      for (const { sharing, found } of playAll({
        ...BUSY,
        load: 0.9,
        buckets: [0, 1, 2],
        ratio,
        organization,
      })) {
        expect(kinds(found).at(-1)).toBe('split');
        expect(kinds(found).filter((kind) => kind === 'split')).toHaveLength(1);
        expect(sharing.sets).toEqual([]);
      }
  });

  it('is only told of where the config names pools', () => {
    const pooled = (key: number): boolean => key < 2;
    for (const { sharing, found } of playAll({
      ...BUSY,
      buckets: [0, 0, 0],
      organization,
      pooled,
    })) {
      expect(new Set(kinds(found))).toEqual(new Set(['pooled']));
      expect(found.length).toBeLessThanOrEqual(2);
      expect(sharing.sets).toEqual([]);
    }
  });

  it('that differs is believed against any levels', () => {
    const each = (key: number): string => `org-${key}`;
    for (const { found } of playAll({ ...BUSY, buckets: [0, 0], organization: each }))
      expect(found).toEqual([]);
  });
});

/** Answers one by one: `tell` says what was found. */
const answers = (names: readonly string[], more: { pools?: Record<string, string[]> } = {}) => {
  const sharing = new Sharing(
    names.map((account) => ({
      account,
      vendor: 'v',
      model: 'm',
      pools: more.pools?.[account] ?? [account],
      isPooled: more.pools !== undefined,
    })),
  );
  let now = 0;
  const tell = (account: string, limit: number, news: Partial<QuotaNews> = {}, model = 'm') => {
    now += 10;
    const told = [
      { dimension: 'tokens' as const, windowMs: 60_000, limit, remaining: limit - 100 },
    ];
    const cost = { tokens: 100 };
    sharing.charged({ account, model }, cost, now);
    return sharing.heard({ account, model, news: { told, ...news }, chargedAt: now, cost, now });
  };
  return { sharing, tell };
};

const ACME = { organization: 'org-acme' };

describe('Sharing', () => {
  it('takes keys that are told different limits for different projects of an organisation', () => {
    const { sharing, tell } = answers(['a', 'b']);
    tell('a', 30_000, ACME);
    expect(tell('b', 10_000, ACME)).toBeUndefined();
    expect(sharing.sets).toEqual([]);
    expect(tell('b', 30_000, ACME)?.kind).toBe('merged');
    // A limit that is raised reaches one key after the other.
    expect(tell('a', 60_000, ACME)).toBeUndefined();
    expect(tell('b', 60_000, ACME)).toBeUndefined();
    const found = Array.from({ length: 20 }, (_, i) =>
      tell(i % 2 ? 'a' : 'b', i % 2 ? 60_000 : 20_000, ACME),
    );
    expect(found.flatMap((each) => each?.kind ?? [])).toEqual(['split']);
  });

  it('waits for some limit before it makes keys one', () => {
    const { tell } = answers(['a', 'b']);
    tell('a', 30_000, ACME);
    expect(tell('b', 0, { told: [], ...ACME })).toBeUndefined();
    expect(tell('b', 30_000)?.kind).toBe('merged');
  });

  it('lets a key go that has moved to another organisation, and keeps the others', () => {
    const { sharing, tell } = answers(['a', 'b', 'c']);
    for (const account of ['a', 'b', 'c']) tell(account, 30_000, ACME);
    expect(members(sharing)).toEqual([['a', 'b', 'c']]);
    expect(tell('c', 30_000, { organization: 'org-other' })?.kind).toBe('split');
    tell('a', 30_000, ACME);
    expect(members(sharing)).toEqual([['a', 'b']]);
  });

  it('knows that pools of one pool are of one organisation', () => {
    const apart = answers(['a', 'b'], { pools: { a: ['acme', 'a'], b: ['acme', 'b'] } });
    apart.tell('a', 30_000, ACME);
    expect(apart.tell('b', 30_000, ACME)).toBeUndefined();
    const strange = answers(['a', 'b'], { pools: { a: ['a'], b: ['b'] } });
    strange.tell('a', 30_000, ACME);
    expect(strange.tell('b', 30_000, ACME)).toEqual({
      kind: 'pooled',
      members: ['b', 'a'],
      organization: 'org-acme',
    });
    expect(strange.tell('a', 30_000, ACME)).toBeUndefined();
  });

  it('compares what is told of the same model', () => {
    const { sharing, tell } = answers(['a', 'b']);
    tell('a', 30_000, ACME, 'large');
    tell('b', 90_000, ACME, 'small');
    expect(sharing.sets).toEqual([]);
    tell('b', 30_000, ACME, 'large');
    expect(members(sharing)).toEqual([['a', 'b']]);
  });

  it('goes on after a restart, without what the config has no more', () => {
    const { sharing, tell } = answers(['a', 'b', 'c']);
    for (const account of ['a', 'b', 'c']) tell(account, 30_000, ACME);
    const saved = JSON.parse(JSON.stringify(sharing.save()));
    const later = answers(['a', 'c', 'd']);
    later.sharing.load(saved);
    expect(later.sharing.sets).toEqual([
      { account: 'organisation/org-acme/v/m', members: ['a', 'c'], organization: 'org-acme' },
    ]);
    const alone = answers(['a', 'd']);
    alone.sharing.load(saved);
    expect(alone.sharing.sets).toEqual([]);
  });

  it('remembers over a restart who is on its own, as long as its limits are the same', () => {
    const { sharing } = play({
      ...BUSY,
      seed: 1,
      buckets: [0, 1],
      organization: () => 'org-acme',
    });
    const later = answers(['k0', 'k1']);
    later.sharing.load(sharing.save());
    later.tell('k0', 30_000, ACME);
    expect(later.tell('k1', 30_000, ACME)).toBeUndefined();
    later.tell('k0', 60_000, ACME);
    expect(later.tell('k1', 60_000, ACME)?.kind).toBe('merged');
  });

  it.each([null, 7, 'x', [], { sets: 5, apart: 'x' }, { sets: [1, { members: [3, 'a'] }] }])(
    'takes nothing from what it cannot have saved: %j',
    (saved) => {
      const { sharing } = answers(['a', 'b']);
      sharing.load(saved);
      expect(sharing.sets).toEqual([]);
    },
  );

  it('has nothing to do where there is nobody to share with', () => {
    const { sharing, tell } = answers(['a']);
    expect(tell('a', 30_000, ACME)).toBeUndefined();
    expect(sharing.save()).toEqual({ sets: [], apart: [] });
  });
});
