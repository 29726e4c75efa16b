import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '#balancer/admit.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

/** Deployments of 6,000 tokens a minute each, of which none are left. */
const drained = async (...names: string[]) => {
  const { clock, ledger, owner } = createTestOwner(
    names.map((name) =>
      member(name, { charge: ({ maxOutputTokens = 0 }) => ({ tokens: maxOutputTokens }) }),
    ),
  );
  for (const name of names)
    ledger.limit(
      name,
      { dimension: 'tokens', amount: 6_000, windowMs: 60_000, refill: 'linear' },
      { source: 'config', now: clock.now() },
    );
  const ask = async (maxOutputTokens: number, more: Partial<AdmitRequest> = {}) =>
    owner.admit({
      ...request(clock, {
        demand: { ascii: 0, wide: 0, marks: 0, images: 0, choices: 1, maxOutputTokens },
        ...more,
      }),
      tried: new Set(),
      signal: new AbortController().signal,
    });
  await Promise.all(names.map(() => ask(6_000)));
  return { clock, ask };
};

describe('prediction', () => {
  it('turns nobody away for its size whose turn comes in time', async () => {
    const { clock, ask } = await drained('a');
    const first = ask(2_500);
    // Its turn comes after 25 s of the 27 that are believed; it goes after 28.
    const large = ask(300);
    await clock.advance(28_000);
    await expect(Promise.all([first, large])).resolves.toHaveLength(2);
  });

  it('turns everybody away whose turn comes too late, however small it is', async () => {
    const { ask } = await drained('a');
    void ask(2_600);
    void ask(150);
    await expect(ask(1)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 27_510 });
  });

  it('lets nobody in line who would wait for much longer than it may, though there is room', async () => {
    const { clock, ask } = await drained('a');
    void ask(2_500);
    await clock.advance(1_000);
    // The first has all that it wants after 25 s.
    await expect(ask(50, { waitUntil: 20_000 })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(clock.now()).toBe(1_000);
    const next = ask(50, { waitUntil: 26_000 });
    await clock.advance(24_500);
    await expect(next).resolves.toMatchObject({ group: 'g' });
  });

  it('lets nobody pass any more by whom a request would run out of time', async () => {
    const { clock, ask } = await drained('a', 'b');
    const first = ask(3_000, { waitUntil: 35_000 });
    const second = ask(3_000, { waitUntil: 40_000 });
    for (let at = 1_000; at < 40_000; at += 1_000) {
      ask(100, { waitUntil: at + 60_000 }).catch(() => {});
      await clock.advance(1_000);
    }
    await expect(Promise.all([first, second])).resolves.toHaveLength(2);
  });
});

describe('prediction by requests', () => {
  /** Deployments of one request a second each, of which none is left; `outer` bounds them together. */
  const slow = async (names: readonly string[], outer?: number) => {
    const { clock, ledger, owner } = createTestOwner(
      names.map((name) => member(name, { accounts: outer ? ['outer', name] : [name] })),
    );
    const limit = (account: string, amount: number): void =>
      ledger.limit(
        account,
        { dimension: 'requests', amount, windowMs: 60_000, refill: 'linear', burstMs: 1_000 },
        { source: 'config', now: clock.now() },
      );
    for (const name of names) limit(name, 60);
    if (outer) limit('outer', outer);
    const ask = async (waitMs: number, user = '') =>
      owner.admit({
        ...request(clock, { waitUntil: clock.now() + waitMs, tenant: { key: 'k', user } }),
        tried: new Set(),
        signal: new AbortController().signal,
      });
    await Promise.all(Array.from({ length: outer ? 1 : names.length }, () => ask(0)));
    return { clock, ask };
  };

  it.each<[string, readonly string[], number | undefined, number, number]>([
    ['of one deployment', ['a'], undefined, 4, 5_000],
    ['of two', ['a', 'b'], undefined, 8, 4_500],
    ['of two within a limit that is no larger', ['a', 'b'], 60, 4, 5_000],
  ])('turns away at once whose turn comes too late: %s', async (_, names, outer, fit, goesMs) => {
    const { clock, ask } = await slow(names, outer);
    const served = Array.from({ length: fit }, () => ask(4_400));
    // Of the time that it may wait nine tenths are believed: 3,960 ms.
    await expect(ask(4_400)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: goesMs });
    expect(clock.now()).toBe(0);
    await clock.advance(4_400);
    await expect(Promise.all(served)).resolves.toHaveLength(fit);
  });

  it('does not count who has waited in vain among those before it', async () => {
    const { clock, ask } = await slow(['a']);
    const [first, last] = [ask(30_000), ask(30_000)];
    const late = ask(1_500, 'another').catch((error: unknown) => error);
    await clock.advance(1_500);
    expect(await late).toMatchObject({ code: 'rate_limited', retryAfterMs: 500 });
    await clock.advance(500);
    await expect(Promise.all([first, last])).resolves.toHaveLength(2);
  });
});
