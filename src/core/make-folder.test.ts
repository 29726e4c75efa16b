import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder, makeFolderSync } from '#core/make-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'spillway-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each([
  ['in time', makeFolder],
  ['at once', async (path: string, mode?: number) => makeFolderSync(path, mode)],
])('a folder that is made %s', (name, make) => {
  const at = (...path: string[]): string => join(root, name, ...path);

  it('comes with those above it, for whom it is meant, and is made once', async () => {
    await make(at('a', 'b'), 0o700);
    await make(at('a', 'b'));
    for (const path of [at('a'), at('a', 'b')]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is made by one of many who come at the same time', async () => {
    await Promise.all(Array.from({ length: 8 }, () => make(at('x', 'y'))));
    expect(statSync(at('x', 'y')).isDirectory()).toBe(true);
  });

  it('is not where a file stands, or below one', async () => {
    await make(at());
    writeFileSync(at('file'), '');
    await expect(make(at('file'))).rejects.toThrow(/EEXIST/);
    await expect(make(at('file', 'below'))).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it.skipIf(process.platform !== 'linux')(
    'is not where what is there takes none (skipped but on Linux)',
    async () => {
      await expect(make('/proc/spillway/data')).rejects.toThrow(/ENOENT|EACCES|EPERM/);
    },
  );
});
