import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DecisionBuilder } from '#balancer/decision.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { DecisionStore } from '#gateway/decision-store.ts';
import { openDecisionFile } from '#server/decision-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-decisions-'));
});
afterEach(() => rm(folder, { recursive: true }));

const log = { debug() {}, info() {}, warn() {}, error() {} };

const open = async (max: number, where = folder) => {
  const clock = new VirtualClock();
  const decisions = new DecisionStore(max);
  const told: string[] = [];
  const warn = (_: object, text: string): void => void told.push(text);
  const file = await openDecisionFile({
    decisions,
    max,
    clock,
    folder: where,
    log: { ...log, warn },
  });
  const add = (id: string, error?: SpillwayError, user = ''): void => {
    const tenant = { key: 'k', user };
    const decision = new DecisionBuilder(id, 'g', { policy: 'p', arrivedMs: 0, tenant });
    if (error) decision.failed(error, 1);
    decisions.add({ decision });
  };
  return { decisions, file, add, told, clock };
};

const names = (max: number): string[] => Array.from({ length: max }, (_, i) => `id-${i}`);

it('brings back the last of them, with what callers were told', async () => {
  const first = await open(4);
  for (const id of names(3)) first.add(id);
  first.add('told', new SpillwayError('rate_limited', 'a tab\tand a\nline'));
  await first.file.close();
  const second = await open(4);
  expect(second.decisions.find('told')?.error).toBe('a tab\tand a\nline');
  for (const id of names(3)) expect(second.decisions.find(id)?.decision.group).toBe('g');
  second.add('new');
  expect(second.decisions.find('id-0')).toBeUndefined();
  await second.file.close();
});

it('forgets a person, in memory and in both files', async () => {
  const first = await open(4);
  for (const id of names(3)) first.add(id, undefined, 'eve');
  await first.file.close();
  const second = await open(4);
  second.add('hers', undefined, 'eve');
  second.add('his', undefined, 'evert');
  second.decisions.forget('eve');
  second.add('later', undefined, 'adam');
  const left = () => [...second.decisions.newest()].map(({ remembered: { decision } }) => decision);
  expect(left().map(({ id }) => id)).toEqual(['later', 'his']);
  await second.file.close();
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  expect(texts.join('')).toContain('k/evert');
  expect(texts.join('')).not.toContain('k/eve"');
  for (const id of names(5)) second.add(id);
  expect(left().map(({ id }) => id)).toEqual(['id-4', 'id-3', 'id-2', 'id-1']);
});

it('keeps two files, neither longer than what is remembered', async () => {
  for (let round = 0; round < 5; round++) {
    const { add, file } = await open(4);
    for (const id of names(3)) add(`${round}-${id}`);
    await file.close();
  }
  const files = (await readdir(folder)).toSorted();
  expect(files).toEqual(['decisions.1.tsv', 'decisions.tsv']);
  for (const file of files) {
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
    expect(lines.length - 1).toBeLessThanOrEqual(4);
  }
  const { decisions, file } = await open(4);
  expect(decisions.size).toBe(4);
  expect(decisions.find('4-id-2')).toBeDefined();
  await file.close();
});

it('passes over what is no whole line of its own', async () => {
  const lines = ['', 'nonsense', 'a\t{"id":', 'b\t{}\t"\t', 'c\t{}\t\t\tmore', 'half\t{}\t'];
  await writeFile(join(folder, 'decisions.tsv'), lines.join('\n'));
  const { decisions, file } = await open(4);
  expect(decisions.size).toBe(0);
  await file.close();
});

it('writes later what cannot be written now', async () => {
  const where = join(folder, 'later');
  await writeFile(where, '');
  const first = await open(8, where);
  first.add('first');
  await first.clock.advance(1_000);
  while (first.told.length === 0) await setImmediate();
  first.add('last');
  await rm(where);
  await first.file.close();
  const text = await readFile(join(where, 'decisions.tsv'), 'utf8');
  expect(text.split('\n').map((line) => line.split('\t')[0])).toEqual(['first', 'last', '']);
});

it('forgets whoever is to be forgotten while lines are being written', async () => {
  const first = await open(8);
  first.add('hers', undefined, 'eve');
  first.add('his', undefined, 'adam');
  first.clock.after(1_000, () => first.decisions.forget('eve'));
  await first.clock.advance(1_000);
  await first.file.close();
  const text = await readFile(join(folder, 'decisions.tsv'), 'utf8');
  expect(text).not.toContain('hers');
  expect(text.match(/^his\t/gm)).toHaveLength(1);
});

it('goes on after half a line of a process that was killed', async () => {
  const first = await open(4);
  first.add('whole');
  await first.file.close();
  await appendFile(join(folder, 'decisions.tsv'), 'half\t{}');
  const second = await open(4);
  second.add('next');
  await second.file.close();
  const { decisions, file } = await open(4);
  expect([...decisions.newest()].map(({ remembered: { decision } }) => decision.id)).toEqual([
    'next',
    'whole',
  ]);
  await file.close();
});

it('says once that nothing can be written, and goes on', async () => {
  await writeFile(join(folder, 'no-folder'), '');
  const { add, file, told, decisions } = await open(4, join(folder, 'no-folder'));
  add('a');
  await file.close();
  expect(told).toEqual([expect.stringContaining('cannot be saved')]);
  expect(decisions.find('a')).toBeDefined();
});
