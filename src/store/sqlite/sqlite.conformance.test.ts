import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { openSqlite, SQLITE_FILE } from '#store/sqlite/open.ts';
import { storeConformance } from '#store/store.conformance.ts';

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

test('a copy is a store of its own', async () => {
  const at = join(folder, 'copied');
  const store = await openSqlite({ folder: at, clock, log: silentLog });
  await store.shelves.keys.put([{ id: 'k', body: { n: 1 } }]);
  const copy = join(folder, 'copy');
  await mkdir(copy);
  await store.copyTo?.(join(copy, SQLITE_FILE));
  await store.close();
  const restored = await openSqlite({ folder: copy, clock, log: silentLog });
  expect(await restored.shelves.keys.all()).toEqual([{ id: 'k', body: { n: 1 } }]);
  await restored.close();
});
