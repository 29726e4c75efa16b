import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RetryBudgets } from '#balancer/retry-budget.ts';
import { VirtualClock } from '#core/virtual-clock.ts';

it('gives a fifth of the requests of ten seconds, and one a second, to each group apart', async () => {
  const clock = new VirtualClock();
  const budgets = new RetryBudgets(clock);
  for (let i = 0; i < 100; i++) budgets.earn('g');
  const spent = (group: string) => {
    let times = 0;
    while (budgets.spend(group)) times++;
    return times;
  };
  expect(spent('g')).toBe(30);
  expect(budgets.has('g')).toBe(false);
  expect(spent('other')).toBe(10);
  await clock.advance(10_000);
  expect(spent('g')).toBe(10);
});

it('holds in any ten seconds, whatever happens', async () => {
  const event = fc.record({ afterMs: fc.nat(900), requests: fc.nat(20), retries: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (life) => {
      const clock = new VirtualClock();
      const budgets = new RetryBudgets(clock);
      const came: number[] = [];
      const sent: number[] = [];
      for (const { afterMs, requests, retries } of life) {
        await clock.advance(afterMs);
        const now = clock.now();
        for (let i = 0; i < requests; i++) {
          budgets.earn('g');
          came.push(now);
        }
        for (let i = 0; i < retries; i++) if (budgets.spend('g')) sent.push(now);
        // A step of a second may have left the window early: then its retries have, too.
        const within = (times: readonly number[], ms: number) =>
          times.filter((then) => then > now - ms).length;
        expect(within(sent, 9_000)).toBeLessThanOrEqual(0.2 * within(came, 10_000) + 10);
      }
    }),
    { numRuns: 50 },
  );
});
