import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { openSqlite, SQLITE_FILE } from '#store/sqlite/open.ts';
import { pagesConformance } from '#store/pages.conformance.ts';
import { forgettingConformance } from '#store/forgetting.conformance.ts';
import { retentionConformance } from '#store/retention.conformance.ts';
import { HOUR_MS, record, storeConformance, T0 } from '#store/store.conformance.ts';
import { textsConformance } from '#store/texts.conformance.ts';

const clock = { wall: () => Date.now() };
const folder = await mkdtemp(join(tmpdir(), 'spillway-store-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

storeConformance('SQLite in a file', {
  open: () => openSqlite({ folder: join(folder, 'data'), clock, log: silentLog }),
  lasts: true,
});

storeConformance('SQLite in memory', {
  open: () => openSqlite({ clock, log: silentLog }),
  lasts: false,
});

pagesConformance('SQLite in a file', () =>
  openSqlite({ folder: join(folder, 'pages'), clock, log: silentLog }),
);

textsConformance('SQLite', { open: () => openSqlite({ clock, log: silentLog }) });

forgettingConformance('SQLite as what forgets people', {
  open: () => openSqlite({ clock, log: silentLog }),
});
retentionConformance('SQLite as what lets old rows go', {
  open: () => openSqlite({ folder: join(folder, 'old'), clock, log: silentLog }),
});

test('a second process is refused, and told where the first is', async () => {
  const at = join(folder, 'locked');
  const first = await openSqlite({ folder: at, clock, log: silentLog });
  await expect(openSqlite({ folder: at, clock, log: silentLog })).rejects.toThrow(
    /in use by another Spillway.*--data-dir/,
  );
  await first.close();
  await (await openSqlite({ folder: at, clock, log: silentLog })).close();
});

test('a folder that cannot be written is said loudly, and it goes on in memory', async () => {
  const lines: string[] = [];
  const log = { ...silentLog, error: (_: unknown, text: string) => void lines.push(text) };
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  const store = await openSqlite({ folder: join(file, 'data'), clock, log });
  expect(store.kind).toBe('memory');
  expect(lines).toEqual([expect.stringContaining('CANNOT BE WRITTEN')]);
  await store.close();
});

test('nobody else may read it', async () => {
  const at = join(folder, 'private');
  await mkdir(at, { mode: 0o755 });
  const store = await openSqlite({ folder: at, clock, log: silentLog });
  await store.shelves.keys.put([{ id: 'k', body: {} }]);
  for (const name of [SQLITE_FILE, `${SQLITE_FILE}-wal`])
    expect([name, (await stat(join(at, name))).mode & 0o077]).toEqual([name, 0]);
  await store.close();
});

test('what is forgotten is in no file any more', async () => {
  const at = join(folder, 'wiped');
  const store = await openSqlite({ folder: at, clock, log: silentLog });
  const said = 'a secret that nobody else says';
  const eve = 'eve-and-nobody-else';
  const records = Array.from({ length: 300 }, (_, n) =>
    record(`r${n}`, {
      startedMs: n,
      endUser: n % 3 === 0 ? eve : 'adam',
      body: { request: n % 3 === 0 ? said : 'nothing', response: 'x'.repeat(n * 50) },
    }),
  );
  await store.spend.add(records);
  const entry = { id: 'a', atMs: 1, actor: eve, action: 'updated', subject: 'users' } as const;
  await store.audit.add([{ ...entry, objectId: eve, before: null, after: { user_id: eve } }]);
  expect([await isIn(at, said), await isIn(at, eve)]).toEqual([true, true]);
  while ((await store.spend.forget({ user: eve }, 50)) > 0);
  await store.audit.forget(eve, []);
  await store.wipe?.();
  expect([await isIn(at, said), await isIn(at, eve)]).toEqual([false, false]);
  expect(await store.spend.count({})).toBe(200);
  await store.close();
});

test('who has no record and no sum any more is in no file any more', async () => {
  const at = join(folder, 'gone');
  const store = await openSqlite({ folder: at, clock, log: silentLog });
  const eve = 'eve-and-nobody-else';
  const { spend } = store;
  await spend.add([record('r', { endUser: eve }), record('s', { startedMs: T0 + 1 })]);
  const sinceMs = T0 + 24 * HOUR_MS;
  await spend.removeBefore(T0 + 1, 9);
  await spend.removeHours(sinceMs, 9);
  await spend.removeDays(T0 - 24 * HOUR_MS, 9);
  await store.wipe?.();
  expect(await isIn(at, eve)).toBe(true);
  await spend.removeDays(sinceMs, 9);
  await store.wipe?.();
  expect(await isIn(at, eve)).toBe(false);
  expect(await spend.list({ user: 'user-1' }, { limit: 9, offset: 0 })).toHaveLength(1);
  await store.close();
});

const isIn = async (at: string, text: string): Promise<boolean> => {
  const names = (await readdir(at)).filter((name) => name.startsWith(SQLITE_FILE));
  const all = await Promise.all(names.map((name) => readFile(join(at, name), 'latin1')));
  return all.join('').includes(text);
};

test('a copy is a store of its own', async () => {
  const at = join(folder, 'copied');
  const store = await openSqlite({ folder: at, clock, log: silentLog });
  await store.shelves.keys.put([{ id: 'k', body: { n: 1 } }]);
  const copy = join(folder, 'copy');
  await mkdir(copy);
  await store.copyTo?.(join(copy, SQLITE_FILE));
  expect((await stat(join(copy, SQLITE_FILE))).mode & 0o077).toBe(0);
  await store.close();
  const restored = await openSqlite({ folder: copy, clock, log: silentLog });
  expect(await restored.shelves.keys.all()).toEqual([{ id: 'k', body: { n: 1 } }]);
  await restored.close();
});
