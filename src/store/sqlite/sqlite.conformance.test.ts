import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { openSqlite, SQLITE_FILE } from '#store/sqlite/open.ts';
import { retentionConformance } from '#store/retention.conformance.ts';
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
  const records = Array.from({ length: 300 }, (_, n) => ({
    id: `r${n}`,
    startedMs: n,
    endedMs: n,
    token: '',
    user: '',
    team: '',
    endUser: n % 3 === 0 ? 'eve' : 'adam',
    group: 'g',
    model: 'm',
    deployment: 'd',
    provider: 'v',
    status: 'success' as const,
    nanos: 1,
    tokensIn: 1,
    tokensOut: 1,
    tags: [],
    payments: [],
    more: {},
    body: { request: n % 3 === 0 ? said : 'nothing', response: 'x'.repeat(n * 50) },
  }));
  await store.spend.add(records);
  const found = async () => {
    const names = (await readdir(at)).filter((name) => name.startsWith(SQLITE_FILE));
    const all = await Promise.all(names.map((name) => readFile(join(at, name), 'latin1')));
    return all.join('').includes(said);
  };
  expect(await found()).toBe(true);
  while ((await store.spend.forget({ user: 'eve' }, 50)) > 0);
  await store.wipe?.();
  expect(await found()).toBe(false);
  expect(await store.spend.count({})).toBe(200);
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
