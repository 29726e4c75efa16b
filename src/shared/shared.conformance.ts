import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '#shared/history.conformance.ts';
import { broken, unfairness } from '#shared/laws.conformance.ts';
import { type OpenOwner, play } from '#shared/play.conformance.ts';
import { backlogs, crowd, LARGE, longLines, worlds } from '#shared/world.conformance.ts';

/** What every owner of the balance owes to those who ask it. */
export const ownerConformance = (name: string, open: OpenOwner): void => {
  describe(`${name} owns the balance`, () => {
    it.each([
      { times: 'in time that passes', leaps: false },
      { times: 'whatever clocks do', leaps: true },
    ])('keeps every law in any world, $times', async ({ leaps }) => {
      await fc.assert(
        fc.asyncProperty(worlds({ leaps }), async (world) => {
          expect(broken(await play(open, world), world)).toEqual([]);
        }),
        { numRuns: 50 },
      );
    });

    it('decides the same in the same world', async () => {
      await fc.assert(
        fc.asyncProperty(worlds({ leaps: true }), async (world) => {
          const [once, again] = [await play(open, world), await play(open, world)];
          expect(JSON.stringify(again)).toBe(JSON.stringify(once));
        }),
        { numRuns: 20 },
      );
    });

    it('gives turns by tokens: keys, and users of one key, differ by one request at most', async () => {
      await fc.assert(
        fc.asyncProperty(backlogs, async (world) => {
          const history = await play(open, world);
          expect(unfairness(history, ({ tenant }) => tenant.key)).toBe(0);
          for (const key of ['k', 'l', 'm']) {
            const its = ofKey(history, key);
            expect(unfairness(its, ({ tenant }) => tenant.user)).toBe(0);
          }
        }),
        // To shrink a failure of these takes minutes: the world as it is tells enough.
        { numRuns: 30, endOnFailure: true },
      );
    });

    it('leaves nothing unused behind long lines of others', async () => {
      await fc.assert(
        fc.asyncProperty(longLines, async (world) => {
          const history = await play(open, world);
          expect(broken(history, world)).toEqual([]);
          expect(history.filter(({ what }) => what === 'refused')).toEqual([]);
        }),
        { numRuns: 10, endOnFailure: true },
      );
    });

    it.each<{ of: string; places: [string, ...string[]][]; pinned?: string }>([
      { of: 'one pool', places: [['a']] },
      { of: 'any of three', places: [['a'], ['b'], ['c']] },
      { of: 'one of three', places: [['a'], ['b'], ['c']], pinned: 'd1' },
      { of: 'two at once', places: [['a', 'b'], ['a'], ['b']], pinned: 'd0' },
    ])('serves a large request of $of while small ones keep coming', async ({ places, pinned }) => {
      const history = await play(open, crowd(places, pinned));
      const [asked, end] = ofKey(history, LARGE);
      expect(end).toMatchObject({ what: 'admitted' });
      expect(end!.at - asked!.at).toBeLessThan(3_000);
    });
  });
};

/** What one key asked for, and what came of it. */
const ofKey = (history: History, key: string): History => {
  const asks = new Set<number>();
  for (const one of history)
    if (one.what === 'asked' && one.request.tenant.key === key) asks.add(one.ask);
  return history.filter((one) => 'ask' in one && asks.has(one.ask));
};
