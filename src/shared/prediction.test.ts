import { describe, expect, it } from 'vitest';
import type { AdmitRequest } from '#balancer/admit.ts';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

/** One deployment of 6,000 tokens a minute, of which none are left. */
const drained = async () => {
  const { clock, ledger, owner } = createTestOwner([
    member('a', { charge: ({ maxOutputTokens = 0 }) => ({ tokens: maxOutputTokens }) }),
  ]);
  ledger.limit(
    'a',
    { dimension: 'tokens', amount: 6_000, windowMs: 60_000, refill: 'linear' },
    { source: 'config', now: clock.now() },
  );
  const ask = (maxOutputTokens: number, more: Partial<AdmitRequest> = {}) =>
    owner.admit({
      ...request(clock, {
        demand: { ascii: 0, wide: 0, marks: 0, images: 0, choices: 1, maxOutputTokens },
        ...more,
      }),
      tried: new Set(),
      signal: new AbortController().signal,
    });
  await ask(6_000);
  return { clock, ask };
};

describe('prediction', () => {
  it('turns nobody away for its size whose turn comes in time', async () => {
    const { clock, ask } = await drained();
    const first = ask(2_500);
    // Its turn comes after 25 s of the 27 that are believed; it goes after 28.
    const large = ask(300);
    await clock.advance(28_000);
    await expect(Promise.all([first, large])).resolves.toHaveLength(2);
  });

  it('turns everybody away whose turn comes too late, however small it is', async () => {
    const { ask } = await drained();
    void ask(2_600);
    void ask(150);
    await expect(ask(1)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 27_510 });
  });
});
