import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE, HOUR_MS, record, type StoreUnderTest, T0 } from '#store/store.conformance.ts';
import type { Store } from '#store/store.ts';

const DAY_MS = 24 * HOUR_MS;

/** What every store lets go when it is told to: what is old, so much at once. */
export const retentionConformance = (name: string, under: Pick<StoreUnderTest, 'open'>): void => {
  describe(name, () => {
    let store: Store;
    beforeAll(async () => {
      store = await under.open();
    });
    afterAll(() => store.close());

    it('lets a trail go where it is old, in batches', async () => {
      const entries = Array.from({ length: 5 }, (_, n) => ({
        id: `old-${n}`,
        atMs: n,
        actor: 'admin',
        action: 'created',
        subject: 'keys',
        objectId: HOSTILE[n]!,
        before: null,
        after: null,
      }));
      await store.audit.add(entries);
      const ids = async () =>
        (await store.audit.list({ limit: 10, offset: 0 }))
          .map(({ id }) => id)
          .filter((id) => id.startsWith('old-'));
      expect(await store.audit.removeBefore(4, 3)).toBe(3);
      expect(await ids()).toEqual(['old-4', 'old-3']);
      expect(await store.audit.removeBefore(4, 3)).toBe(1);
      expect(await store.audit.removeBefore(4, 3)).toBe(0);
      expect(await store.audit.removeBefore(5, 3)).toBe(1);
    });

    it('lets sums of hours go in batches, and days tell of them on', async () => {
      const { spend } = store;
      const [day1, day2] = [10 * DAY_MS, 11 * DAY_MS];
      // What was there before.
      await spend.removeHours(day1, 1_000);
      await spend.removeDays(day1, 1_000);
      const hours = Array.from({ length: 24 }, (_, n) =>
        record(`sum-${n}`, {
          startedMs: day1 + n * HOUR_MS,
          team: 'sums',
          user: HOSTILE[n % 3]!,
          tags: n % 2 ? ['odd-sums'] : ['odd-sums', 'even-sums'],
        }),
      );
      await spend.add([...hours, record('sum-next', { startedMs: day2 + HOUR_MS, team: 'sums' })]);
      const sumsOf = async (fromMs: number, toMs: number, per: 'hour' | 'all' = 'all') =>
        (await spend.usage({ filter: { fromMs, toMs, team: 'sums' }, by: [], per })).map(
          ({ requests }) => requests,
        );
      const tagsOf = async (tag: string, per: 'hour' | 'day') =>
        (await spend.tags({ fromMs: day1, toMs: day2 + DAY_MS, tag }, per)).map(
          ({ atMs, requests, nanos }) => [atMs, requests, nanos],
        );
      // The beginning of a day is told of by its hours, or not at all.
      expect(await spend.removeHours(day2 - 1, 5)).toBe(0);
      expect(await spend.removeHours(day2 + 5 * HOUR_MS, 20)).toBe(20);
      expect(await spend.removeHours(day2, 20)).toBe(4);
      expect(await spend.removeHours(day2, 20)).toBe(0);
      expect(await sumsOf(day1, day2)).toEqual([24]);
      expect(await sumsOf(day1, day2, 'hour')).toEqual([]);
      expect(await sumsOf(day1 + HOUR_MS, day2)).toEqual([24]);
      expect(await sumsOf(day2, day2 + DAY_MS, 'hour')).toEqual([1]);
      const whole = [[day1, 24, 24_000]];
      expect(await tagsOf('odd-sums', 'day')).toEqual(whole);
      expect(await tagsOf('odd-sums', 'hour')).toHaveLength(24);
      let folded: number;
      let rounds = 0;
      do {
        folded = await spend.foldTags(day2, 10);
        rounds++;
      } while (folded > 0 && rounds < 50);
      expect(rounds).toBeLessThan(50);
      expect(await tagsOf('odd-sums', 'hour')).toEqual(whole);
      expect(await tagsOf('even-sums', 'day')).toEqual([[day1, 12, 12_000]]);
      expect(await spend.removeDays(day2, 2)).toBe(2);
      while ((await spend.removeDays(day2, 2)) > 0);
      expect(await sumsOf(day1, day2)).toEqual([]);
      expect(await tagsOf('odd-sums', 'day')).toEqual([]);
      expect(await sumsOf(day2, day2 + DAY_MS)).toEqual([1]);
    });

    it('lets what was spent in windows that are over go, and nothing else', async () => {
      const { spend } = store;
      const sinces = [0, 1, 2, 3, T0];
      for (const sinceMs of sinces)
        await spend.setPaid({ kind: 'key', id: HOSTILE[0]!, sinceMs }, 7);
      expect(await spend.removePaid(3, 1)).toBe(1);
      expect(await spend.removePaid(3, 9)).toBe(1);
      expect(await spend.removePaid(3, 9)).toBe(0);
      const left = (await spend.paid()).filter(({ id }) => id === HOSTILE[0]);
      expect(left.map(({ sinceMs }) => sinceMs).toSorted((a, b) => a - b)).toEqual([0, 3, T0]);
    });
  });
};
