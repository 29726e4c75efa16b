import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '#balancer/admit.ts';
import type { Member } from '#balancer/member.ts';
import { SpillwayError } from '#core/errors.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

const MINUTE_MS = 60_000;

const world = (members: readonly Member[], queue: Parameters<typeof createTestOwner>[1] = {}) => {
  const { clock, ledger, owner, pool } = createTestOwner(members, queue);
  const whole = (more: Partial<AdmitRequest> = {}): AdmitRequest => ({
    ...request(clock, more),
    tried: more.tried ?? new Set(),
    signal: more.signal ?? new AbortController().signal,
  });
  return {
    clock,
    ledger,
    pool,
    limit: (account: string, amount: number, dimension: 'requests' | 'tokens' = 'tokens') =>
      ledger.limit(
        account,
        { dimension, amount, windowMs: MINUTE_MS, refill: 'linear' },
        { source: 'config', now: clock.now() },
      ),
    explain: (more?: Partial<AdmitRequest>) => owner.explain(whole(more)),
    admit: async (more?: Partial<AdmitRequest>) => owner.admit(whole(more)),
    state: () => JSON.stringify([ledger.snapshot(clock.now()), owner.changes, owner.view()]),
  };
};

const tokens = (count: number): Partial<AdmitRequest> => ({
  demand: { ascii: 4 * (count - 8), wide: 0, images: 0, marks: 0, choices: 1, maxOutputTokens: 1 },
});

describe('explain', () => {
  it('says who would take it, what each has left, and what it would take', () => {
    const price = { inputNanosPerMillion: 2e9, outputNanosPerMillion: 8e9 };
    const w = world([member('a', { price }), member('b')]);
    w.limit('a', 1_000);
    w.limit('b', 100);
    const { fate, groups, place } = w.explain(tokens(200));
    expect(fate).toEqual({ verdict: 'now', group: 'g', choice: 'a' });
    expect(place).toMatchObject({ requests: 0, aheadTokens: 0, ahead: [], predictedMs: 0 });
    const [a, b] = groups[0]!.rows;
    expect(a).toMatchObject({ likelyNanos: 408_000, mostNanos: 408_000 });
    expect(a!.limits).toMatchObject([
      { account: 'a', dimension: 'tokens', level: 1_000, cost: 201 },
    ]);
    expect(a!.out).toBeUndefined();
    expect(b!.out).toMatchObject({ reason: 'size' });
    expect(b!.likelyNanos).toBeUndefined();
  });

  it('stays what it was, whatever is asked afterwards', async () => {
    const w = world([member('a')]);
    w.limit('a', 1_000);
    const { row } = w.explain(tokens(200)).groups[0]!.rows[0]!;
    await w.admit(tokens(900));
    void w.admit(tokens(300));
    expect(row.waitMs).toBe(0);
    expect(row.quota).toMatchObject([{ dimension: 'tokens', cost: 201 }]);
  });

  it('says behind whom it would wait, for what, and for how long', async () => {
    const w = world([member('a')]);
    w.limit('a', 600);
    await w.admit(tokens(599));
    void w.admit(tokens(99));
    const { fate, place } = w.explain(tokens(49));
    expect(fate.verdict).toBe('waits');
    expect(place).toMatchObject({
      requests: 1,
      tokens: 100,
      aheadTokens: 100,
      ahead: [{ key: 'k', tokens: 100 }],
      accounts: ['a'],
      dimension: 'tokens',
      leftMs: 30_000,
    });
    expect(place.predictedMs).toBeCloseTo(15_000, -2);
  });

  it('names what is lacking, not what is merely limited, and what is scarcest where others go first', async () => {
    const w = world([member('a')]);
    w.limit('a', 600);
    w.limit('a', 4, 'requests');
    for (let i = 0; i < 4; i++) await w.admit(tokens(9));
    void w.admit(tokens(499));
    expect(w.explain(tokens(9)).place).toMatchObject({ accounts: ['a'], dimension: 'requests' });
    const free = world([member('a')]);
    free.limit('a', 600);
    free.limit('a', 100, 'requests');
    await free.admit(tokens(299));
    void free.admit(tokens(399));
    const { place } = free.explain(tokens(9));
    expect(place).toMatchObject({ aheadTokens: 400, accounts: [], dimension: 'tokens' });
  });

  it('names nothing where nothing is known', () => {
    expect(world([member('a')]).explain(tokens(9)).place.dimension).toBeUndefined();
  });

  it('refuses what admit refuses, in the same words', async () => {
    const w = world([member('a')]);
    w.limit('a', 600);
    await w.admit(tokens(599));
    const cases = [tokens(599), tokens(700), { groups: ['nobody'] as const }];
    for (const more of cases) {
      const { fate } = w.explain(more);
      const said = fate.verdict === 'refused' ? fate.error : undefined;
      const thrown: unknown = await w.admit(more).then(
        ({ lease }) => (lease ? 'served' : 'nobody'),
        (error: unknown) => error,
      );
      if (thrown instanceof SpillwayError) expect(thrown.message).toBe(said?.message);
      else expect([thrown, said?.code]).toEqual(['nobody', 'no_deployment']);
    }
  });

  it('goes where the request would go, and changes nothing', async () => {
    const step = fc.record({
      tokens: fc.integer({ min: 10, max: 400 }),
      waitMs: fc.integer({ min: 0, max: 20_000 }),
      passMs: fc.integer({ min: 0, max: 10_000 }),
      key: fc.constantFrom('k', 'l'),
      groups: fc.constantFrom(['g'] as const, ['g', 'h'] as const, ['h'] as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const members = [member('a'), member('b', { order: 1 }), member('c', { group: 'h' })];
        const w = world(members, { policy: 'least-busy', beforeFallbackMs: 500 });
        for (const account of ['a', 'b', 'c']) w.limit(account, 300);
        for (const { tokens: count, waitMs, passMs, key, groups } of steps) {
          const waitUntil = w.clock.now() + waitMs;
          const more = { ...tokens(count), tenant: { key, user: '' }, groups, waitUntil };
          const before = w.state();
          const { fate } = w.explain(more);
          expect(w.state()).toBe(before);
          let outcome = 'waits';
          void w.admit(more).then(
            ({ lease, routed }) => (outcome = lease ? `now ${routed.choice}` : 'refused'),
            () => (outcome = 'refused'),
          );
          await w.clock.advance(0);
          if (fate.verdict === 'now') expect(outcome).toBe(`now ${fate.choice}`);
          // Room that is kept for nobody in the line may still be its own at once.
          else if (fate.verdict === 'refused') expect(outcome).toBe('refused');
          // Who cannot wait for an instant is refused where its turn has not come in this one.
          else if (waitMs > 0) expect(outcome).not.toBe('refused');
          await w.clock.advance(passMs);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not use up one of the models that a pattern tells apart', () => {
    const w = world([member('any', { model: '*' })]);
    const models = (model: string) => new Map([['any', model]]);
    for (let i = 0; i < 1_001; i++) w.explain({ models: models(`m${i}`) });
    const [bid] = w.pool.bids('g', { ...request(w.clock), models: models('new') });
    expect(bid!.charges).toMatchObject([{ account: 'any/new' }]);
  });
});
