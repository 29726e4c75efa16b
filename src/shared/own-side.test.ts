import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '#balancer/admit.ts';
import type { FailureKind } from '#balancer/classify.ts';
import { type Sent, runAttempts } from '#balancer/attempts.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import { RetryBudgets } from '#balancer/retry-budget.ts';
import { OwnSide } from '#balancer/own-side.ts';
import { sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

const OWN = 'own';
const charges = [{ account: OWN, cost: { parallel: 1 }, setting: 'the_setting' }];

const world = (most: number, names: readonly string[] = ['a', 'b']) => {
  const { clock, ledger, owner, random } = createTestOwner(names.map((name) => member(name)));
  const limit = { dimension: 'parallel', amount: most, windowMs: 0, refill: 'fixed' } as const;
  ledger.limit(OWN, limit, { source: 'config', now: 0 });
  const taken = (): number => most - ledger.gauges(OWN, clock.now())[0]!.level;
  const ask = (own: OwnSide, more: { waitUntil?: number; signal?: AbortSignal } = {}) =>
    owner.admit({
      ...request(clock, { waitUntil: more.waitUntil ?? Infinity }),
      tried: new Set(),
      signal: more.signal ?? new AbortController().signal,
      own,
    });
  return { clock, ledger, owner, random, taken, ask };
};

describe('a request’s own side', () => {
  it('is taken with the first deployment, and not with later ones', async () => {
    const { ask, taken, clock } = world(3);
    const own = new OwnSide(charges);
    const first = await ask(own);
    first.lease?.failed('capacity', clock.now());
    await ask(own);
    expect(taken()).toBe(1);
    own.end(clock.now());
    own.end(clock.now());
    expect(taken()).toBe(0);
  });

  it('lets the next one go as soon as it ends', async () => {
    const { ask, clock } = world(1);
    const own = new OwnSide(charges);
    await ask(own);
    const next = ask(new OwnSide(charges));
    await clock.advance(100);
    own.end(clock.now());
    expect(await next).toMatchObject({ queueMs: 100 });
  });

  it('says what limits it, at once where its time would run out first', async () => {
    const { ask, clock } = world(1);
    await ask(new OwnSide(charges));
    const late = ask(new OwnSide(charges), { waitUntil: 0 });
    await expect(late).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    await expect(late).rejects.toThrow(/the_setting allows/);
    const later = ask(new OwnSide(charges), { waitUntil: 5_000 });
    const refusal = expect(later).rejects.toThrow(/the_setting allows.*waited as long as it may/);
    await clock.advance(5_000);
    await refusal;
  });

  it('lets those go who fit where another one waits for more of the same', async () => {
    const { ask, clock, ledger } = world(3);
    const tokens = {
      dimension: 'tokens',
      amount: 1_000,
      windowMs: 60_000,
      refill: 'linear',
    } as const;
    ledger.limit('tokens', tokens, { source: 'config', now: 0 });
    const asks = (tokens: number) => {
      const more = { account: 'tokens', cost: { requests: 1, tokens }, setting: 'the limit' };
      return ask(new OwnSide([...charges, more]));
    };
    await asks(500);
    const large = asks(900);
    expect(await asks(400)).toMatchObject({ queueMs: 0 });
    await clock.advance(60_000);
    expect(await large).toMatchObject({ queueMs: 48_000 });
  });

  it('keeps nobody waiting whose own side has room', async () => {
    const { ask, ledger, owner, clock } = world(1);
    await ask(new OwnSide(charges));
    const stuck = ask(new OwnSide(charges));
    const other = owner.admit({
      ...request(clock),
      tried: new Set(),
      signal: new AbortController().signal,
    });
    expect(await other).toMatchObject({ queueMs: 0 });
    expect(owner.view().lines).toMatchObject([{ requests: 1 }]);
    // The waiting one is woken by the estimate of when calls end, too, and waits on.
    await clock.advance(10_000);
    expect(ledger.gauges(OWN, clock.now())[0]!.level).toBe(0);
    void stuck;
  });

  it('is held once whatever the attempts do, and ends exactly once, also under aborts', async () => {
    const kinds: FailureKind[] = ['capacity', 'minute-quota', 'auth', 'connect', 'invalid'];
    const call = fc.record({
      at: fc.nat(3_000),
      tookMs: fc.array(fc.nat(2_000), { minLength: 6, maxLength: 6 }),
      fails: fc.array(fc.option(fc.constantFrom(...kinds)), { minLength: 6, maxLength: 6 }),
      leavesAt: fc.option(fc.nat(6_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
        const most = 3;
        const { clock, owner, random, taken } = world(most, ['a', 'b', 'c']);
        const open = new Set<OwnSide>();
        const check = (): void => {
          const held = [...open].filter(({ isHeld }) => isHeld).length;
          expect(taken()).toBe(held);
          expect(held).toBeLessThanOrEqual(most);
        };
        const one = async ({ at, tookMs, fails, leavesAt }: (typeof calls)[number]) => {
          await sleep(clock, at);
          const own = new OwnSide(charges);
          open.add(own);
          const controller = new AbortController();
          const left = new SpillwayError('client_closed', 'left');
          if (leavesAt !== null) clock.after(leavesAt, () => controller.abort(left));
          let tries = 0;
          const send = async (lease: Lease): Promise<Sent<string>> => {
            expect(own.isHeld).toBe(true);
            check();
            const n = tries++;
            await sleep(clock, tookMs[n % tookMs.length]!);
            check();
            const kind = fails[n % fails.length];
            if (kind === null || kind === undefined) {
              lease.done(undefined, clock.now());
              return { ok: true, reply: lease.deployment };
            }
            if (controller.signal.aborted) lease.abandoned(clock.now());
            else lease.failed(kind, clock.now());
            return { ok: false, kind, error: new SpillwayError('upstream_rejected', kind) };
          };
          await runAttempts(
            { admit: owner.admit, clock, random, budgets: new RetryBudgets(clock) },
            {
              ask: { ...request(clock), tried: new Set(), signal: controller.signal, own },
              retries: 2,
              retryOnTimeout: true,
              retryAfterMs: 0,
              deadline: Infinity,
              decision: new DecisionBuilder('id', 'g', { policy: 'p', arrivedMs: 0 }),
              send,
            },
          ).catch(() => {});
          expect(own.isHeld).toBe(tries > 0);
          open.delete(own);
          own.end(clock.now());
          check();
        };
        const all = Promise.all(calls.map(one));
        await clock.advance(120_000);
        await all;
        expect(taken()).toBe(0);
        expect(owner.view().lines.every(({ requests }) => requests === 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
