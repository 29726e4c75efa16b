import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { SpillwayError } from '#core/errors.ts';
import { silentLog } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { lateStore } from '#store/late-store.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { copyPaid, copyRows, type CopyPlace, readCopy } from '#store/store-copy.ts';
import type { Store } from '#store/store.ts';

let folder: string;
let store: Store;
let place: CopyPlace;
const payment = { kind: 'key', id: 'k', sinceMs: 0 } as const;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-copy-'));
  place = { folder, url: 'postgres://a' };
  store = await openSqlite({ clock: { wall: () => 1 }, log: silentLog });
  await store.facts.setOnce('pepper', 'p');
  // More than are written at once, with what lines could trip over.
  const rows = Array.from({ length: 1_200 }, (_, i) => ({
    id: `k${i}`,
    body: { alias: 'a\nb "é' },
  }));
  await store.shelves.keys.put(rows);
  await store.shelves.conversations.put([{ id: 'c', body: { said: 'private' } }]);
  await store.spend.setPaid(payment, 7);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const copyAll = async (): Promise<void> => {
  await copyRows(store, place, 1_000);
  await copyPaid(store, place, 2_000);
};

test('a copy has who is known and what was spent, and nothing that was said', async () => {
  await copyAll();
  const copy = (await readCopy(place))!;
  expect(copy.wallMs).toBe(1_000);
  expect(copy.facts.get('pepper')).toBe('p');
  expect(copy.rows.get('keys')).toEqual(await store.shelves.keys.all());
  expect(copy.paid).toEqual([{ ...payment, nanos: 7 }]);
  const file = join(folder, 'database-rows.jsonl');
  expect(await readFile(file, 'utf8')).not.toContain('private');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

describe.each(['database-rows.jsonl', 'database-paid.jsonl'])('a copy whose %s', (name) => {
  it.each([
    ['is cut off', (text: string) => text.slice(0, -1)],
    ['is empty', () => ''],
    ['has a broken line', (text: string) => text.replace('["copy"', '["copy')],
  ])('%s is none', async (_, spoil) => {
    await copyAll();
    const file = join(folder, name);
    await writeFile(file, spoil(await readFile(file, 'utf8')));
    expect(await readCopy(place)).toBeUndefined();
  });
});

test('a copy of another database is none, and neither is one that was never made', async () => {
  expect(await readCopy(place)).toBeUndefined();
  await copyAll();
  expect(await readCopy({ ...place, url: 'postgres://b' })).toBeUndefined();
});

test('a copy that fails leaves the one before', async () => {
  await copyAll();
  const broken = {
    ...store,
    facts: { ...store.facts, get: () => Promise.reject(new Error('no')) },
  };
  await expect(copyRows(broken, place, 3_000)).rejects.toThrow('no');
  expect((await readCopy(place))?.wallMs).toBe(1_000);
});

describe('a store whose database comes late', () => {
  const late = async () => {
    await copyAll();
    const clock = new VirtualClock();
    let isThere = false;
    const open = async (): Promise<Store> => {
      if (!isThere) throw new SpillwayError('unavailable', 'no');
      return store;
    };
    const it = lateStore({ open, copy: (await readCopy(place))!, clock, log: silentLog });
    return { it, clock, comes: () => (isThere = true) };
  };

  it('reads what a start needs from the copy, and does nothing else', async () => {
    const { it: its } = await late();
    expect(await its.shelves.keys.all()).toHaveLength(1_200);
    expect(await its.shelves.conversations.all()).toEqual([]);
    expect(await its.spend.paid()).toEqual([{ ...payment, nanos: 7 }]);
    expect(await its.facts.setOnce('pepper', 'another')).toBe('p');
    expect(Reflect.get(its.spend, 'addFile')).toBeUndefined();
    for (const refused of [
      its.facts.setOnce('pepper_mark', 'm'),
      its.shelves.keys.put([]),
      its.shelves.keys.changedSince(0),
      its.spend.add([]),
      its.audit.list({ limit: 1, offset: 0 }),
      its.appRuns.get('r'),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    await its.close();
  });

  it('is that database as soon as it is there', async () => {
    const { it: its, clock, comes } = await late();
    await clock.advance(5_000);
    await expect(its.shelves.keys.remove(['k0'])).rejects.toThrow('cannot be reached');
    comes();
    await clock.advance(5_000);
    await its.shelves.keys.remove(['k0']);
    expect(await its.shelves.keys.all()).toHaveLength(1_199);
    expect(await its.shelves.conversations.all()).toHaveLength(1);
  });
});
