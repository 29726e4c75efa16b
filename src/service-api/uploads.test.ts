import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Log } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { describeFile } from '#service-api/describe-file.ts';
import { type Upload, Uploads } from '#service-api/uploads.ts';

const quiet = (): void => {};
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** On a busy machine, too. */
const SOON = { timeout: 10_000 };

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const upload = (n: number, sizeBytes: number, user = 'u', createdAt = 0): Upload => ({
  file: { ...describeFile('a.txt'), id: idOf(n), method: 'local_file', sizeBytes, url: '' },
  appId: 'app',
  user,
  createdAt,
});
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('on disk: there again with the next process, gone after its time, and nothing else is touched', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'uploads-'));
  folders.push(folder);
  await writeFile(join(folder, 'not-ours.txt'), 'x');
  await writeFile(join(folder, `${idOf(9)}.new`), 'half');
  await writeFile(join(folder, idOf(8)), Buffer.alloc(8, 0xff));
  const clock = new VirtualClock();
  const open = () => Uploads.open({ folder, clock, log });
  const first = await open();
  const now = clock.wall() / 1000;
  await first.put(upload(1, 5, 'u', now), bytesOf('hello'));
  first.close();
  const second = await open();
  expect(second.get(idOf(1))?.file.name).toBe('a.txt');
  expect(Buffer.from((await second.read(idOf(1))) ?? []).toString()).toBe('hello');
  expect(second.get(idOf(8))).toBeUndefined();
  await clock.advance(31 * 86_400_000);
  expect(second.get(idOf(1))).toBeUndefined();
  expect(await second.read(idOf(1))).toBeUndefined();
  second.close();
  await expect.poll(() => readdir(folder), SOON).toEqual([idOf(8), 'not-ours.txt'].toSorted());
});

test('in memory: one user has a share, and the oldest go first', async () => {
  const clock = new VirtualClock();
  const uploads = new Uploads({ clock, log });
  const share = 64 * 1024 * 1024;
  const put = (n: number, size: number, user: string) =>
    uploads.put(upload(n, size, user, clock.wall() / 1000), new Uint8Array(0));
  await put(1, share / 2, 'u');
  await put(2, share / 2, 'u');
  await put(3, share / 2, 'other');
  await put(4, share / 2, 'u');
  const there = [1, 2, 3, 4].filter((n) => uploads.get(idOf(n)));
  expect(there).toEqual([2, 3, 4]);
  await expect(uploads.put(upload(5, share + 1), new Uint8Array(0))).rejects.toMatchObject({
    code: 'too_large',
  });
});

test.each([
  [['a.txt', 'text/plain\r\nx: 1'], 'a.txt', 'text/plain'],
  [['a', 'テキスト'], 'a', 'application/octet-stream'],
  [['a\u0001\r\n/b.csv', ''], 'a____b.csv', 'text/csv'],
  // Cut within a sign of two halves.
  [[`${'😀'.repeat(126)}a.md`, ''], `\ufffd${'😀'.repeat(125)}a.md`, 'text/markdown'],
])('%j can stand in a header as it is described', ([name = '', type], shown, mimeType) => {
  expect(describeFile(name, type)).toMatchObject({ name: shown, mimeType });
});
