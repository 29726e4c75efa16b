import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '#balancer/admit.ts';
import { type Plan, type Sent, runAttempts } from '#balancer/attempts.ts';
import type { FailureKind } from '#balancer/classify.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import { RetryBudgets } from '#balancer/retry-budget.ts';
import type { Pool } from '#balancer/pool.ts';
import { SpillwayError } from '#core/errors.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

type Script = (deployment: string, attempt: number) => FailureKind | 'ok';

const world = (
  names: readonly string[],
  script: Script,
  { budgets: given, ...plan }: Partial<Plan<string>> & { budgets?: RetryBudgets } = {},
) => {
  const members = names.map((name) => member(name));
  const { clock, pool, health, news, owner, random } = createTestOwner(members, {
    policy: 'least-busy',
  });
  const decision = new DecisionBuilder('id', 'g', { policy: 'least-busy', arrivedMs: 0 });
  const calls: { deployment: string; at: number }[] = [];
  const send = async (lease: Lease): Promise<Sent<string>> => {
    const { deployment } = lease;
    calls.push({ deployment, at: clock.now() });
    const outcome = script(deployment, calls.length);
    if (outcome === 'ok') {
      lease.done(undefined, clock.now());
      return { ok: true, reply: deployment };
    }
    lease.failed(outcome, clock.now());
    const error = new SpillwayError('upstream_rejected', `${deployment} ${outcome}`);
    return { ok: false, kind: outcome, error };
  };
  const budgets = given ?? new RetryBudgets(clock);
  const controller = new AbortController();
  const { signal } = controller;
  const run = runAttempts(
    { admit: owner.admit, clock, random, budgets },
    {
      ask: { ...request(clock), tried: new Set(), signal },
      retries: 2,
      retryOnTimeout: true,
      retryAfterMs: 0,
      deadline: Infinity,
      decision,
      send,
      ...plan,
    },
  );
  return { clock, pool, health, news, calls, run, decision, controller };
};

const inFlight = (pool: Pool) => pool.members('g').map(({ name }) => pool.state(name).inFlight);

describe('runAttempts', () => {
  it('goes to another deployment at once', async () => {
    const { run, calls, pool } = world(['a', 'b', 'c'], (_, attempt) =>
      attempt === 3 ? 'ok' : 'capacity',
    );
    await run;
    expect(new Set(calls.map((call) => call.deployment)).size).toBe(3);
    expect(calls.every((call) => call.at === 0)).toBe(true);
    expect(inFlight(pool)).toEqual([0, 0, 0]);
  });

  it('throws the first failure when the tries are spent', async () => {
    const kinds: FailureKind[] = ['timeout', 'capacity', 'reset'];
    const { run, calls } = world(['a', 'b', 'c', 'd'], (_, attempt) => kinds[attempt - 1]!);
    await expect(run).rejects.toThrow('timeout');
    expect(calls).toHaveLength(3);
  });

  it('does not try again what fails the same everywhere', async () => {
    const { run, calls } = world(['a', 'b'], () => 'invalid');
    await expect(run).rejects.toThrow('invalid');
    expect(calls).toHaveLength(1);
  });

  it('pauses before it asks the only deployment again', async () => {
    const { run, calls, clock } = world(['a'], (_, attempt) => (attempt === 2 ? 'ok' : 'broken'));
    await clock.advance(1);
    expect(calls).toHaveLength(1);
    await clock.advance(249);
    await expect(run).resolves.toBe('a');
    expect(calls[1]!.at).toBeGreaterThan(1);
  });

  it('keeps the shortest pause that the config asks for', async () => {
    const { run, calls, clock } = world(['a'], (_, n) => (n === 2 ? 'ok' : 'broken'), {
      retryAfterMs: 5_000,
    });
    await clock.advance(5_000);
    await run;
    expect(calls[1]!.at).toBe(5_000);
  });

  it('does not ask again with a key that was refused', async () => {
    const alone = world(['a'], () => 'auth');
    await expect(alone.run).rejects.toThrow('a auth');
    expect(alone.calls).toHaveLength(1);
    const { run, calls, clock } = world(['a', 'b'], (name, n) =>
      name === 'a' ? 'auth' : n < 3 ? 'broken' : 'ok',
    );
    await clock.advance(1_000);
    await expect(run).resolves.toBe('b');
    expect(calls.map((call) => call.deployment).toSorted()).toEqual(['a', 'b', 'b']);
  });

  it('begins nothing that the caller would not wait for', async () => {
    const paused = world(['a'], () => 'broken', { deadline: 200, retryAfterMs: 200 });
    await expect(paused.run).rejects.toThrow('a broken');
    expect(paused.calls).toHaveLength(1);
    const late = world(['a', 'b'], () => 'timeout', { deadline: 0 });
    await expect(late.run).rejects.toThrow('timeout');
    expect(late.calls).toHaveLength(1);
  });

  it('goes back in line after a refusal for quota, and that costs no try', async () => {
    const { run, calls, pool } = world(['a', 'b'], (_, n) => (n < 6 ? 'minute-quota' : 'ok'), {
      retries: 0,
    });
    await run;
    expect(calls).toHaveLength(6);
    expect(inFlight(pool)).toEqual([0, 0]);
    const endless = world(['a', 'b'], () => 'minute-quota', { retries: 0 });
    await expect(endless.run).rejects.toMatchObject({ kind: 'minute-quota' });
    expect(endless.calls).toHaveLength(7);
  });

  it('tells what fails everywhere rather than what failed before it', async () => {
    const { run } = world(['a', 'b'], (_, n) => (n === 1 ? 'reset' : 'context-length'));
    await expect(run).rejects.toMatchObject({ kind: 'context-length' });
  });

  it('does not send a call again that timed out, where the config says so', async () => {
    const { run, calls } = world(['a', 'b'], () => 'timeout', { retryOnTimeout: false });
    await expect(run).rejects.toThrow('timeout');
    expect(calls).toHaveLength(1);
  });

  it('takes the number of retries from the first failure, where the config has one for it', async () => {
    const rules: Partial<Plan<string>> = {
      retriesAfter: (kind) => (kind === 'invalid' ? 1 : kind === 'minute-quota' ? 0 : undefined),
    };
    const named = world(['a', 'b', 'c'], () => 'invalid', rules);
    await expect(named.run).rejects.toThrow('invalid');
    expect(named.calls).toHaveLength(2);
    const none = world(['a', 'b'], () => 'minute-quota', rules);
    await expect(none.run).rejects.toThrow('minute-quota');
    expect(none.calls).toHaveLength(1);
    const other = world(['a', 'b', 'c'], (_, n) => (n === 1 ? 'reset' : 'invalid'), rules);
    await expect(other.run).rejects.toThrow('invalid');
    expect(other.calls).toHaveLength(2);
  });

  it('keeps to the budget of its group', async () => {
    const clock = new VirtualClock();
    const budgets = new RetryBudgets(clock);
    while (budgets.spend('g'));
    const spent = world(['a', 'b'], () => 'capacity', { budgets });
    await expect(spent.run).rejects.toThrow('capacity');
    expect(spent.calls).toHaveLength(1);
    const quota = world(['a', 'b'], (_, n) => (n === 1 ? 'day-quota' : 'ok'), { budgets });
    await expect(quota.run).resolves.toBeDefined();
    const auth = world(['a', 'b'], (_, n) => (n === 1 ? 'auth' : 'ok'), { budgets });
    await expect(auth.run).resolves.toBeDefined();
  });

  it('makes no pause while another group stands in', async () => {
    const { run, calls } = world(['a', 'b'], () => 'broken', { fallsBack: () => true });
    await expect(run).rejects.toMatchObject({ kind: 'broken' });
    expect(calls.map(({ deployment }) => deployment).toSorted()).toEqual(['a', 'b']);
    expect(calls.every(({ at }) => at === 0)).toBe(true);
  });

  it('ends every lease once, and leaves no probe hanging, whatever fails', async () => {
    const kinds = fc.constantFrom<FailureKind | 'ok'>(
      ...(['ok', 'auth', 'forbidden', 'capacity', 'timeout', 'minute-quota', 'invalid'] as const),
    );
    const fates = fc.array(kinds, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fates, fc.boolean(), async (fate, hasFallback) => {
        const script: Script = (_, n) => fate[(n - 1) % fate.length]!;
        const { run, pool, clock, health } = world(['a', 'b', 'c'], script, {
          retries: 12,
          fallsBack: () => hasFallback,
        });
        const over = run.catch(() => {});
        await clock.advance(120_000);
        await over;
        expect(inFlight(pool)).toEqual([0, 0, 0]);
        await clock.advance(700_000);
        for (const name of ['a', 'b', 'c'])
          expect([undefined, 'probe', 'warming']).toContain(health.view(name)?.state);
      }),
      { numRuns: 60 },
    );
  });

  it('stops waiting when the caller leaves', async () => {
    const { run, calls, clock, controller } = world(['a'], () => 'broken');
    await clock.advance(10);
    controller.abort(new SpillwayError('client_closed', 'left'));
    await expect(run).rejects.toThrow('left');
    expect(calls).toHaveLength(1);
  });

  it('says so when a group has nobody', async () => {
    const { run } = world([], () => 'ok');
    await expect(run).rejects.toMatchObject({ code: 'no_deployment', status: 429 });
  });

  it('records candidates, attempts and times', async () => {
    const { run, decision } = world(['a', 'b'], (_, n) => (n === 2 ? 'ok' : 'capacity'));
    await run;
    const record = decision.toJSON();
    expect(record.attempts.map((attempt) => attempt.outcome)).toEqual(['capacity', undefined]);
    expect(record.out).toEqual([`${record.attempts[0]!.deployment}: tried`]);
    expect(record.candidates).toEqual([record.attempts[1]!.deployment]);
  });
});
