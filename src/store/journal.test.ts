import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { Journal, packedIn, packedOf } from '#store/journal.ts';
import { linesIn } from '#store/journal-line.ts';
import { packed, type PackedSpend } from '#store/packed-spend.ts';
import type { SpendRecord } from '#store/spend.ts';
import { record as sample } from '#store/store.conformance.ts';
import { WHO } from '#store/who-texts.ts';

let folder = '';
afterEach(() => rm(folder, { recursive: true, force: true }));

/** In a process whose files may have one block only: the disk is full for it in the middle of a line. */
const SCRIPT = `
  import { Journal } from '#store/journal.ts';
  import { packed } from '#store/packed-spend.ts';
  const journal = new Journal(process.argv[1], () => 0);
  const taken = [];
  const take = (id, chars) => {
    try {
      journal.append([packed({ id, tags: [], payments: [], more: { text: 'a'.repeat(chars) } })]);
      taken.push(id);
    } catch (cause) {
      return cause;
    }
  };
  let failed;
  for (let n = 0; n < 9 && !failed; n++) failed = take('long-' + n, 250);
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
  const record = (id: number) => packed(recordOf(String(id), {}));
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

/** The same, whether the place that it is written into has room for it or not. */
const lineOf = (record: PackedSpend): string => {
  const [roomy, full] = [Buffer.alloc(2_000), Buffer.alloc(0)].map((scratch) => {
    const { bytes, length } = linesIn(scratch, [record]);
    return bytes.toString('utf8', 0, length);
  });
  expect(roomy).toBe(full);
  return full!;
};

const chars = fc.oneof(fc.nat(900), fc.integer({ min: 262_000, max: 262_300 }), fc.nat(700_000));
const texts = fc.array(
  fc.tuple(chars, fc.constantFrom('a', '日')).map(([n, c]) => c.repeat(n)),
  { maxLength: 6 },
);
const recordOf = (id: string, more: JsonObject): SpendRecord => sample(id, { more });

it.each([
  ['as they are', (record: SpendRecord) => lineOf(packed(record)), '["cut",1,2'],
  ['as they were once', (record: SpendRecord) => `${JSON.stringify(record)}\n`, '{"id":"cut'],
])('is read in pieces as it is read at once, however long its lines: %s', async (_, write, cut) => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-journal-'));
  const path = join(folder, 'segment');
  fc.assert(
    fc.property(texts, fc.boolean(), (all, isCut) => {
      const records = all.map((text, id) => recordOf(String(id), { text }));
      const bytes = Buffer.from(records.map(write).join('') + (isCut ? cut : ''));
      writeFileSync(path, bytes);
      expect([...packedOf(path)]).toEqual([...packedIn(bytes)]);
      expect([...packedIn(bytes)]).toEqual(records.map(packed));
    }),
    { numRuns: 20 },
  );
});

it('gives back any record as it was written, and of a line that was cut nothing', () => {
  const name = fc.string({ unit: 'binary', maxLength: 12 });
  const written = fc.record({
    ...Object.fromEntries(WHO.map((field) => [field, name])),
    id: name,
    startedMs: fc.nat(),
    endedMs: fc.nat(),
    status: fc.constantFrom('success', 'failure'),
    nanos: fc.nat(),
    tokensIn: fc.nat(),
    tokensOut: fc.nat(),
    tags: fc.array(name, { maxLength: 3 }),
    payments: fc.array(fc.record({ kind: fc.constant('tag'), id: name, sinceMs: fc.nat() })),
    more: fc.dictionary(name, fc.jsonValue(), { noNullPrototype: true }),
    body: fc.option(fc.record({ request: fc.jsonValue(), response: fc.jsonValue() }), {
      nil: undefined,
    }),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<SpendRecord>;
  fc.assert(
    fc.property(written, fc.double({ min: 0, max: 0.999, noNaN: true }), (record, share) => {
      const line = lineOf(packed(record));
      expect([...packedIn(Buffer.from(line))]).toEqual([packed(record)]);
      const cut = line.slice(0, Math.floor(share * line.length));
      expect([...packedIn(Buffer.from(cut))]).toEqual([]);
      // What was not written of a file is read as zeros.
      const lost = `${cut}${'\0'.repeat(line.length - cut.length)}\n${line}`;
      expect([...packedIn(Buffer.from(lost))]).toEqual([packed(record)]);
    }),
  );
});
