import { expect, it } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { SpendRecord } from '#store/spend.ts';
import { SpendWriter } from '#store/spend-writer.ts';

const recordOf = (n: number): SpendRecord => ({
  id: `r${n}`,
  startedMs: 0,
  endedMs: 1,
  token: '',
  user: '',
  team: '',
  endUser: '',
  group: 'g',
  model: 'm',
  deployment: 'd',
  provider: 'v',
  status: 'success',
  nanos: 1,
  tokensIn: 1,
  tokensOut: 1,
  tags: [],
  payments: [],
  more: {},
});

/** A store that takes so many ms for each write. */
const world = () => {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const write = (_: unknown, text: string): void => void lines.push(text);
  const store = { ms: 0, probes: 0, ids: [] as string[] };
  const takes = (): Promise<void> =>
    new Promise((resolve) => void clock.after(store.ms, () => resolve()));
  const writer = new SpendWriter({
    clock,
    log: { debug: write, info: write, warn: write, error: write },
    spend: {
      async add(records) {
        await takes();
        store.ids.push(...records.map(({ id }) => id));
        return { records: records.length, paid: [] };
      },
    },
    async probe() {
      store.probes++;
      await takes();
    },
  });
  return { clock, lines, store, writer };
};

it('says once that the store is slow, keeps what comes meanwhile, and says when that is over', async () => {
  const { clock, lines, store, writer } = world();
  store.ms = 5_000;
  writer.record(recordOf(1));
  await clock.advance(3_000);
  writer.record(recordOf(2));
  expect(writer.health).toEqual({ waiting: 2, lost: 0, isSlow: true });
  expect(writer.writeMs).toBe(2_000);
  expect(lines).toEqual([expect.stringContaining('THE STORE IS SLOW')]);
  await clock.advance(12_000);
  expect(writer.health).toEqual({ waiting: 0, lost: 0, isSlow: true });
  expect(store.ids).toEqual(['r1', 'r2']);
  store.ms = 10;
  await clock.advance(20_000);
  // Also when there is nothing to write.
  expect(writer.health).toEqual({ waiting: 0, lost: 0 });
  expect(lines.slice(1)).toEqual(['the store is quick again']);
  const { probes } = store;
  await clock.advance(10_000);
  expect(store.probes).toBe(probes);
  await writer.close();
});
