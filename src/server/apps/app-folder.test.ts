import { mkdtemp, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Log } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { dsl } from '#flow/test-kit.ts';
import { AppFolder } from '#server/apps/app-folder.ts';
import { ServedApps } from '#service-api/served-apps.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const text = (answer: string): string =>
  dsl({ start: { type: 'start' }, answer: { type: 'answer', answer } }, ['start>answer']);

const open = async (files: Readonly<Record<string, string>>, links: readonly string[] = []) => {
  const folder = await mkdtemp(join(tmpdir(), 'apps-'));
  closing.push(() => rm(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  for (const [name, said] of Object.entries(files)) await writeFile(at(name), said);
  for (const name of links) await symlink(at('nowhere'), at(name));
  const said: string[] = [];
  const note = (_: object, message: string): void => void said.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const apps = new ServedApps();
  const all = { folder, apps, clock: new VirtualClock(), log };
  const watched = new AppFolder({ ...all, resolveModel: ({ name }) => name });
  closing.push(() => Promise.resolve(watched.close()));
  await watched.open();
  const served = () => apps.all().map((app) => /answer":"(\w+)/.exec(app.text)?.[1]);
  return { at, said, served, look: () => watched.look() };
};

test('a link that leads nowhere keeps no other file from being served, then or later', async () => {
  const { at, said, served, look } = await open({ 'b.yml': text('one') }, ['a.yml']);
  expect(served()).toEqual(['one']);
  expect(said).toContain('a.yml is no app: it cannot be read.');
  await writeFile(at('b.yml'), text('second'));
  await writeFile(at('c.yml'), text('third'));
  await look();
  expect(new Set(served())).toEqual(new Set(['second', 'third']));
});

test('one of two files of a name goes, and the other is served', async () => {
  const { at, served, look } = await open({ 'a.yaml': text('left'), 'a.yml': text('gone') });
  expect(served()).toHaveLength(1);
  await unlink(at('a.yml'));
  await look();
  await look();
  expect(served()).toEqual(['left']);
  await unlink(at('a.yaml'));
  await look();
  expect(served()).toEqual([]);
});

test('a file that is far too large is not read', async () => {
  const { at, said, served, look } = await open({ 'a.yml': text('fine') });
  await truncate(at('a.yml'), 11 * 1024 * 1024);
  await look();
  expect(said.at(-1)).toBe('a.yml is no app: it is larger than 10 MB.');
  expect(served()).toEqual(['fine']);
});
