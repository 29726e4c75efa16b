import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { startCopies } from '#server/database-copies.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { readCopy } from '#store/store-copy.ts';
import type { Store } from '#store/store.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-copies-'));
  store = await openSqlite({ clock: { wall: () => 1 }, log: silentLog });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const world = () => {
  const clock = new VirtualClock();
  const directory = { version: 0 };
  const place = { folder, url: 'postgres://a' };
  const copies = startCopies({ store, place, directory, clock, log: silentLog });
  const copied = async () => {
    const copy = await readCopy(place);
    return copy && [copy.rows.get('keys')?.length, copy.paid.map(({ nanos }) => nanos)];
  };
  const key = (id: string) => store.shelves.keys.put([{ id, body: {} }]);
  const pay = (nanos: number) => store.spend.setPaid({ kind: 'key', id: 'a', sinceMs: 0 }, nanos);
  return { clock, directory, copies, copied, key, pay };
};

test('a copy is made at once, of who was changed soon, and of what was spent each minute', async () => {
  const { clock, directory, copies, copied, key, pay } = world();
  await expect.poll(copied).toEqual([0, []]);
  await key('a');
  await pay(7);
  await clock.advance(10_000);
  expect(await copied()).toEqual([0, []]);
  directory.version++;
  await clock.advance(10_000);
  await expect.poll(copied).toEqual([1, []]);
  await clock.advance(40_000);
  await expect.poll(copied).toEqual([1, [7]]);
  await copies.close();
});

test('the last one has all, and nothing goes on after it', async () => {
  const { clock, directory, copies, copied, key, pay } = world();
  await expect.poll(copied).toEqual([0, []]);
  await key('a');
  await pay(7);
  directory.version++;
  await copies.close();
  expect(await copied()).toEqual([1, [7]]);
  await key('b');
  directory.version++;
  await clock.advance(1_000_000);
  expect(await copied()).toEqual([1, [7]]);
});
