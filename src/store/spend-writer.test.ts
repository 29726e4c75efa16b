import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sleep } from '#core/clock.ts';
import { atTurnEnd } from '#core/turn-end.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Journal } from '#store/journal.ts';
import type { SpendRecord } from '#store/spend.ts';
import { SpendWriter } from '#store/spend-writer.ts';
import { record } from '#store/store.conformance.ts';

const recordOf = (n: number): SpendRecord => record(`r${n}`);

/** A store that takes so many ms for each write. */
const world = (journal?: Journal) => {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const write = (_: unknown, text: string): void => void lines.push(text);
  const store = { ms: 0, probes: 0, ids: [] as string[] };
  const takes = async (): Promise<void> => {
    if (store.ms > 0) await sleep(clock, store.ms);
  };
  const writer = new SpendWriter({
    clock,
    ...(journal && { journal }),
    log: { debug: write, info: write, warn: write, error: write },
    spend: {
      async addPacked(records) {
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

it('says that the disk takes no records, which wait in memory, and that it does again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-writer-'));
  const at = join(folder, 'spend');
  const { lines, store, writer } = world(new Journal(at, () => 0));
  writer.record(recordOf(1));
  await writer.flush();
  expect(writer.health).toEqual({ waiting: 0, lost: 0 });
  await rm(at, { recursive: true });
  writer.record(recordOf(2));
  writer.record(recordOf(3));
  expect(writer.health).toEqual({ waiting: 2, lost: 0, isUnwritten: true });
  expect(lines).toEqual([expect.stringContaining('cannot be written to disk')]);
  await mkdir(at);
  await writer.flush();
  expect(store.ids).toEqual(['r1', 'r2', 'r3']);
  expect(writer.health).toEqual({ waiting: 0, lost: 0 });
  expect(lines.slice(1)).toEqual(['records of spend are written to disk again']);
  await writer.close();
  await rm(folder, { recursive: true });
});

it('writes the records of a turn down together, before anybody hears of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-writer-'));
  const journal = new Journal(folder, () => 0);
  const { writer } = world(journal);
  const onDisk = (): string[] =>
    readdirSync(folder).flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [...text.matchAll(/^\["(\w+)",/gm)].map(([, id]) => id!);
    });
  const { promise: told, resolve } = Promise.withResolvers<string[]>();
  writer.record(recordOf(1), true);
  atTurnEnd('answer', () => resolve(onDisk()));
  writer.record(recordOf(2), true);
  expect(onDisk()).toEqual([]);
  expect(await told).toEqual(['r1', 'r2']);
  // One that does not wait takes those that do with it.
  writer.record(recordOf(3), true);
  writer.record(recordOf(4));
  expect(onDisk()).toEqual(['r1', 'r2', 'r3', 'r4']);
  await writer.close();
  await rm(folder, { recursive: true });
});

it('keeps all records of a turn that cannot be written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-writer-'));
  const at = join(folder, 'spend');
  const { store, writer } = world(new Journal(at, () => 0));
  await rm(at, { recursive: true });
  for (let n = 1; n <= 3; n++) writer.record(recordOf(n), true);
  await writer.flush();
  expect(store.ids).toEqual(['r1', 'r2', 'r3']);
  expect(writer.health).toMatchObject({ waiting: 0, lost: 0, isUnwritten: true });
  await mkdir(at);
  await writer.close();
  await rm(folder, { recursive: true });
});
