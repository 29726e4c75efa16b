import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Log } from '#core/log.ts';
import { type AppState, AppStateFile } from '#server/apps/app-state.ts';

const quiet = (): void => {};
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const open = async (secret?: string, at?: string) => {
  const folder = at ?? (await mkdtemp(join(tmpdir(), 'state-')));
  if (at === undefined) folders.push(folder);
  return { folder, file: new AppStateFile({ folder, log, ...(secret && { secret }) }) };
};

const STATE: AppState = {
  apps: [{ id: 'a', text: 'value: very-secret', createdAt: 1, updatedAt: 2 }],
  keys: [{ id: 'k', appId: 'a', hash: 'h', hint: 'abcd', createdAt: 1 }],
  models: [
    {
      id: 'm',
      name: 'LiteLLM',
      updatedAt: 1,
      endpoint: { url: 'https://models.example', model: 'm1', apiKey: 'sk-very-secret' },
    },
  ],
};
const NOTHING: AppState = { apps: [], keys: [], models: [] };

test('apps and keys are kept, sealed, and read with the same secret', async () => {
  const { folder, file } = await open('sk-master');
  expect(await file.read()).toEqual(NOTHING);
  await Promise.all([file.write(NOTHING), file.write(STATE)]);
  const path = join(folder, 'apps.json');
  expect(await readFile(path, 'utf8')).not.toContain('very-secret');
  expect((await stat(path)).mode & 0o077).toBe(0);
  expect(await (await open('sk-master', folder)).file.read()).toEqual(STATE);
});

test('with another secret nothing is read, and nothing is lost', async () => {
  const { folder, file } = await open('sk-master');
  await file.write(STATE);
  const other = (await open('sk-other', folder)).file;
  expect(await other.read()).toEqual(NOTHING);
  await other.write(NOTHING);
  await writeFile(
    join(folder, 'apps.json'),
    await readFile(join(folder, 'apps.json.unreadable'), 'utf8'),
  );
  expect(await (await open('sk-master', folder)).file.read()).toEqual(STATE);
});

test('without a secret of the config it is sealed with one of its own; a broken file is put aside', async () => {
  const { folder, file } = await open();
  await file.write(STATE);
  const path = join(folder, 'apps.json');
  expect(await readFile(path, 'utf8')).not.toContain('very-secret');
  expect((await stat(join(folder, 'apps.secret'))).mode & 0o077).toBe(0);
  expect(await (await open(undefined, folder)).file.read()).toEqual(STATE);
  await writeFile(path, '{');
  expect(await file.read()).toEqual(NOTHING);
});

test('what an older program left open, without models, is read', async () => {
  const { folder, file } = await open();
  const { models: _, ...older } = STATE;
  await writeFile(join(folder, 'apps.json'), JSON.stringify(older));
  expect(await file.read()).toEqual({ ...STATE, models: [] });
});
