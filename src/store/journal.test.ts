import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { Journal, recordsIn, recordsOf } from '#store/journal.ts';

let folder = '';
afterEach(() => rm(folder, { recursive: true }));

/** In a process whose files may have one block only: the disk is full for it in the middle of a line. */
const SCRIPT = `
  import { Journal } from '#store/journal.ts';
  const journal = new Journal(process.argv[1], () => 0);
  const taken = [];
  const take = (id, chars) => {
    try {
      journal.append([{ id, text: 'a'.repeat(chars) }]);
      taken.push(id);
    } catch (cause) {
      return cause;
    }
  };
  let failed;
  for (let n = 0; n < 9 && !failed; n++) failed = take('long-' + n, 350);
  take('short', 1);
  journal.close();
  const [segment] = await journal.segments();
  const read = (await journal.read(segment)).map(({ id }) => id);
  process.stdout.write(JSON.stringify({ failed: String(failed), taken, read }));
`;

it('has whole lines only, and those that it took, when the disk is full', async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-journal-'));
  const node = [process.execPath, '--conditions=source', '--input-type=module', '-e', SCRIPT];
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -f 1 && exec "$@"',
    'sh',
    ...node,
    folder,
  ]);
  const { failed, taken, read } = JSON.parse(stdout) as Record<'taken' | 'read', string[]> & {
    failed: string;
  };
  expect(failed).toMatch(/ENOSPC|EFBIG/);
  expect(taken.at(0)).toBe('long-0');
  expect(taken.at(-1)).toBe('short');
  expect(read).toEqual(taken);
});

it('calls nothing closed that still grows, whenever it is asked', async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-journal-'));
  const journal = new Journal(folder, () => 0);
  const record = (id: number) => ({ id: String(id) }) as never;
  let id = 0;
  const kept = new Set<string>();
  for (let round = 0; round < 50; round++) {
    journal.append([record(id++)]);
    journal.close();
    const asked = journal.segments();
    // What comes while the folder is read begins a segment of its own.
    journal.append([record(id++)]);
    for (const segment of await asked) {
      for (const each of await journal.read(segment)) kept.add(each.id);
      journal.append([record(id++)]);
      await journal.remove(segment);
    }
  }
  journal.close();
  for (const segment of await journal.segments())
    for (const each of await journal.read(segment)) kept.add(each.id);
  expect(kept.size).toBe(id);
});

it('is read in pieces as it is read at once, however long its lines', async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-journal-'));
  const path = join(folder, 'segment');
  const chars = fc.oneof(fc.nat(900), fc.integer({ min: 262_000, max: 262_300 }), fc.nat(700_000));
  const line = fc.tuple(chars, fc.constantFrom('a', '日')).map(([n, c]) => c.repeat(n));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (texts, isCut) => {
      const whole = texts.map((text, id) => `${JSON.stringify({ id, text })}\n`).join('');
      const bytes = Buffer.from(isCut ? `${whole}{"id":"cut` : whole);
      writeFileSync(path, bytes);
      expect([...recordsOf(path)]).toEqual([...recordsIn(bytes)]);
      expect([...recordsIn(bytes)]).toHaveLength(texts.length);
    }),
    { numRuns: 40 },
  );
});
