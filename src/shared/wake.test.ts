import { expect, it, vi } from 'vitest';
import { createTestOwner, member, request } from '#shared/test-kit.ts';

it('looks at a line when there may be room, and not again and again before', async () => {
  // The outer limit is the narrow one: the inner ones are full all the time, and of no use to anybody.
  const { clock, ledger, owner } = createTestOwner(
    ['a', 'b', 'c'].map((name) => member(name, { accounts: ['outer', name] })),
  );
  const limit = (account: string, amount: number): void =>
    ledger.limit(
      account,
      { dimension: 'requests', amount, windowMs: 60_000, refill: 'linear', burstMs: 1_000 },
      { source: 'config', now: clock.now() },
    );
  for (const name of ['a', 'b', 'c']) limit(name, 600);
  limit('outer', 60);
  const served: number[] = [];
  const ask = async (): Promise<void> => {
    const { lease } = await owner.admit({
      ...request(clock),
      tried: new Set(),
      signal: new AbortController().signal,
    });
    served.push(clock.now());
    lease!.done({ inputTokens: 1, outputTokens: 1 }, clock.now());
  };
  const after = vi.spyOn(clock, 'after');
  const asked = Array.from({ length: 10 }, ask);
  await clock.advance(9_000);
  await Promise.all(asked);
  expect(served).toEqual(Array.from({ length: 10 }, (_, i) => i * 1_000));
  // A deadline for each that waits, and an alarm or two for each that is served.
  expect(after.mock.calls.length).toBeLessThan(50);
});
