import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { makeFolder } from '#core/make-folder.ts';
import type { Paid } from '#store/spend.ts';
import type { Row, Store, Subject } from '#store/store.ts';

/** What is looked up in memory to serve a request. What people have said stays where it is. */
const COPIED = [
  'keys',
  'users',
  'teams',
  'budgets',
  'customers',
  'models',
  'credentials',
] as const satisfies readonly Subject[];
const FACTS = ['pepper', 'pepper_mark'] as const;
const ROWS_FILE = 'database-rows.jsonl';
const PAID_FILE = 'database-paid.jsonl';
/** Lines between which others have a turn. */
const BATCH = 500;

/** What a store held at an instant. */
export interface StoreCopy {
  /** Unix epoch ms. */
  readonly wallMs: number;
  readonly facts: ReadonlyMap<string, string>;
  readonly rows: ReadonlyMap<Subject, readonly Row[]>;
  readonly paid: readonly Paid[];
}

export interface CopyPlace {
  readonly folder: string;
  /** Of whose database it is a copy: one of another is none. */
  readonly url: string;
}

/**
 * Copies who is known to the store, in place of the copy before: whole or not at all. Rejects with what
 * the database or the file system says.
 */
export const copyRows = (store: Store, place: CopyPlace, wallMs: number): Promise<void> =>
  writeLines(place, { name: ROWS_FILE, wallMs, lines: rowsOf(store) });

/** The same of what was spent, which changes all the time. */
export const copyPaid = (store: Store, place: CopyPlace, wallMs: number): Promise<void> =>
  writeLines(place, { name: PAID_FILE, wallMs, lines: paidOf(store) });

/** Undefined where there is none, where it is another database's, or where it is not whole. */
export const readCopy = async (place: CopyPlace): Promise<StoreCopy | undefined> => {
  const known = await readLines(place, ROWS_FILE);
  const spent = await readLines(place, PAID_FILE);
  if (!known || !spent) return undefined;
  const rows = new Map<Subject, Row[]>(COPIED.map((subject) => [subject, []]));
  const facts = new Map<string, string>();
  for (const [kind, id, held] of known.lines) {
    if (typeof id !== 'string') continue;
    if (isObject(held)) rows.get(kind as Subject)?.push({ id, body: held });
    else if (kind === 'fact' && typeof held === 'string') facts.set(id, held);
  }
  const paid = spent.lines.flatMap(([one]) => (isObject(one) ? [one as JsonObject & Paid] : []));
  return { wallMs: known.wallMs, facts, rows, paid };
};

async function* rowsOf(store: Store): AsyncGenerator<Json> {
  for (const name of FACTS) {
    const value = await store.facts.get(name);
    if (value !== undefined) yield ['fact', name, value];
  }
  for (const subject of COPIED)
    for (const { id, body } of await store.shelves[subject].all()) yield [subject, id, body];
}

async function* paidOf(store: Store): AsyncGenerator<Json> {
  for (const { kind, id, sinceMs, nanos } of await store.spend.paid())
    yield [{ kind, id, sinceMs, nanos }];
}

const writeLines = async (
  { folder, url }: CopyPlace,
  of: { readonly name: string; readonly wallMs: number; readonly lines: AsyncIterable<Json> },
): Promise<void> => {
  await makeFolder(folder);
  const path = join(folder, of.name);
  const file = await open(`${path}.new`, 'w', 0o600);
  let lines = [JSON.stringify(['copy', markOf(url), of.wallMs])];
  try {
    for await (const line of of.lines) {
      lines.push(JSON.stringify(line));
      if (lines.length < BATCH) continue;
      await file.appendFile(`${lines.join('\n')}\n`);
      lines = [];
    }
    await file.appendFile([...lines, END].join('\n'));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
};

/** A file without it was cut off. */
const END = '["end"]';

const readLines = async (
  { folder, url }: CopyPlace,
  name: string,
): Promise<{ readonly wallMs: number; readonly lines: readonly Json[][] } | undefined> => {
  try {
    const all = (await readFile(join(folder, name), 'utf8')).split('\n');
    if (all.pop() !== END) return undefined;
    const [head = [], ...lines] = all.map((line) => JSON.parse(line) as Json[]);
    const [mark, database, wallMs] = head;
    if (mark !== 'copy' || database !== markOf(url) || typeof wallMs !== 'number') return undefined;
    return { wallMs, lines };
  } catch {
    return undefined;
  }
};

const markOf = (url: string): string => createHash('sha256').update(url).digest('hex');
