import { afterEach, expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { type Keeping, openKeeping } from '#server/keeping.ts';
import { record } from '#store/store.conformance.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** On a busy machine, too. */
const SOON = { timeout: 20_000 };

let keeping: Keeping | undefined;
afterEach(() => keeping?.close());

const world = async () => {
  const clock = new VirtualClock();
  const retention = {
    days: 30,
    bytes: 1e9,
    bodyDays: 7,
    hourSumDays: 90,
    daySumDays: 1_000,
    auditDays: 365,
  };
  const settings = {
    storesModels: false,
    servesWithoutDatabase: false,
    availableTeams: [],
    timeZone: 'UTC',
    tokenKind: 'total',
    retention,
  } as const;
  const kept = await openKeeping({ keeping: settings }, { clock, log: silentLog });
  keeping = kept;
  const ago = (days: number): number => clock.wall() - days * DAY_MS;
  /** Until something is so: the store answers in real time. */
  const until = (look: () => Promise<boolean>): Promise<void> =>
    expect
      .poll(async () => {
        await clock.advance(60_000);
        return look();
      }, SOON)
      .toBe(true);
  return { kept, ago, until };
};

test(
  'what is older than it is kept goes from the store by itself, the rest stays',
  { timeout: 60_000 },
  async () => {
    const { kept, ago, until } = await world();
    const { store, purses } = kept;
    const change = { actor: 'ann', action: 'a', subject: 'keys', objectId: 'k', before: null };
    const entry = (days: number) => ({ ...change, id: `${days}`, atMs: ago(days), after: null });
    await store.audit.add([366, 364].map(entry));
    const recordOf = (days: number) => {
      const atMs = ago(days);
      return record(`${days}`, { startedMs: atMs, endedMs: atMs, tags: ['t'], payments: [] });
    };
    await store.spend.add([1_001, 400, 99, 50, 1].map(recordOf));
    const payments = [300, 150, 50].map(
      (days) => ({ kind: 'key', id: 'k', sinceMs: ago(days) }) as const,
    );
    for (const payment of payments) await store.spend.setPaid(payment, 7);
    purses.take(await store.spend.paid());
    // The running window of a year has begun in January: 317 days ago.
    kept.budgetsRun(() => ['1d', '12mo']);

    await until(async () => (await store.spend.count({})) === 1);
    const trail = await store.audit.list({ limit: 9, offset: 0 });
    expect(trail.map(({ id }) => id)).toEqual(['364']);
    const filter = {};
    const hours = await store.spend.usage({ filter, by: [], per: 'hour' });
    expect(hours.map(({ atMs }) => Math.round((ago(0) - atMs) / DAY_MS))).toEqual([1, 50]);
    const days = await store.spend.usage({ filter, by: [], per: 'day' });
    expect(days).toHaveLength(4);
    const tags = await store.spend.tags({}, 'hour');
    expect(tags).toHaveLength(4);
    expect(tags.filter(({ atMs }) => atMs % DAY_MS === 0)).toHaveLength(2);
    expect(await store.spend.paid()).toHaveLength(3);
    // Nobody has a budget of a year any more.
    kept.budgetsRun(() => ['1d']);
    await until(async () => (await store.spend.paid()).length === 1);
    await expect.poll(() => purses.purse(payments[0]!).spentNanos, SOON).toBe(0);
    expect(payments.map((payment) => purses.purse(payment).spentNanos)).toEqual([0, 0, 7]);
  },
);
