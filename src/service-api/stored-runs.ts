import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import {
  headText,
  type RunArchive,
  type RunHead,
  RunRecord,
  type RunsAsked,
  type RunsPage,
  type RunStartFacts,
  statusOf,
} from '#service-api/runs.ts';
import type { AppRunStore, Person, RunRow } from '#store/app-runs.ts';

const DAY_MS = 86_400_000;
/** Kept for so long, and so much together. */
const KEEP_MS = 30 * DAY_MS;
const MOST_BYTES = 512 * 1024 * 1024;
const TRIM_MS = 600_000;
const WRITE_MS = 1_000;
/** Runs that wait for a database that is behind; the oldest of more are never written. */
const MOST_WAITING = 2_000;
/** Characters that are packed before others have their turn. */
const TURN_CHARS = 262_144;
/** Unpacked, bytes: more than a run may have. */
const MOST_UNPACKED = 64 * 1024 * 1024;
/** A run of another process that has not ended by then has ended without a word, ms. */
const LONGEST_MS = 1_200_000;

const pack = promisify(gzip);
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

export interface StoredRunsOptions {
  readonly store: AppRunStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether other processes write there, too. */
  readonly isShared: boolean;
}

/** Runs in the store: written each second behind those who run them, looked up when they are asked for. */
export class StoredRuns implements RunArchive {
  readonly #options: StoredRunsOptions;
  readonly #waiting = new Set<RunRecord>();
  #writing: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #trimmedAt = -Infinity;

  private constructor(options: StoredRunsOptions) {
    this.#options = options;
  }

  static async open(options: StoredRunsOptions): Promise<StoredRuns> {
    if (!options.isShared) await options.store.interrupt();
    return new StoredRuns(options);
  }

  keep(record: RunRecord): void {
    this.#waiting.add(record);
    const [oldest] = this.#waiting;
    if (oldest && this.#waiting.size > MOST_WAITING) this.#waiting.delete(oldest);
    this.#cancel ??= this.#options.clock.after(WRITE_MS, () => {
      this.#cancel = undefined;
      void this.flush();
    });
  }

  async get(id: string): Promise<RunRecord | undefined> {
    await this.flush();
    const row = await this.#options.store.get(id);
    if (!row) return undefined;
    const head = this.#head(row);
    const record = new RunRecord(head.facts, () => {});
    for (const event of await unpacked(row.events)) record.add(event);
    if (head.isOver) record.over();
    return record;
  }

  async page({ text, user, ...asked }: RunsAsked): Promise<RunsPage> {
    await this.flush();
    const piece = text === undefined ? undefined : JSON.stringify(text).slice(1, -1);
    const { total, rows } = await this.#options.store.page({
      ...asked,
      ...(piece !== undefined && { text: piece }),
      // As the facts of a head have it, and nobody's inputs.
      ...(user !== undefined && { exactly: `"user":${JSON.stringify(user)},"query":` }),
    });
    return { total, runs: rows.map((row) => this.#head(row)) };
  }

  async forgetApp(appId: string): Promise<void> {
    await this.flush();
    await this.#options.store.removeApp(appId);
  }

  async forget(person: Person): Promise<void> {
    await this.flush();
    await this.#options.store.forget(person);
  }

  /** Writes what waits; one after the other. What cannot be written is said and given up. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async close(): Promise<void> {
    this.#cancel?.();
    await this.flush();
  }

  async #write(): Promise<void> {
    const { store, clock, log } = this.#options;
    const records = [...this.#waiting];
    this.#waiting.clear();
    try {
      for await (const rows of batches(records)) await store.put(rows);
      if (clock.now() - this.#trimmedAt < TRIM_MS) return;
      this.#trimmedAt = clock.now();
      await store.trim({ beforeMs: clock.wall() - KEEP_MS, bytes: MOST_BYTES });
    } catch (cause) {
      log.warn({ cause: String(cause), runs: records.length }, 'runs cannot be written down');
    }
  }

  #head({ head, createdMs, status }: Omit<RunRow, 'events'>): RunHead {
    // Heads are what `headText` wrote.
    const { facts, finish } = JSON.parse(head) as {
      facts: RunStartFacts;
      finish: RunFinish | null;
    };
    const { isShared, clock } = this.#options;
    const mayRun = isShared && clock.wall() - createdMs < LONGEST_MS;
    const isOver = finish !== null || status !== 'running' || !mayRun;
    return { facts, finish: finish ?? undefined, isOver };
  }
}

/** Written at once: so many, and so many characters. */
const BATCH = 50;
const BATCH_CHARS = 4_000_000;

async function* batches(records: readonly RunRecord[]): AsyncGenerator<readonly RunRow[]> {
  let rows: RunRow[] = [];
  let chars = 0;
  for (const record of records) {
    const row = await rowOf(record);
    rows.push(row);
    chars += row.head.length + row.events.length;
    if (rows.length < BATCH && chars < BATCH_CHARS) continue;
    yield rows;
    rows = [];
    chars = 0;
  }
  yield rows;
}

const rowOf = async (record: RunRecord): Promise<RunRow> => ({
  id: record.facts.id,
  appId: record.facts.appId,
  createdMs: record.facts.createdMs,
  status: statusOf(record),
  head: headText(record),
  // Of a run under way there is more to come: its end writes all of it.
  events: record.isOver ? await packed(record.events) : '',
});

const packed = async (events: readonly RunEvent[]): Promise<string> => {
  const lines: string[] = [];
  let chars = 0;
  for (const event of events) {
    const line = JSON.stringify(event);
    lines.push(line);
    chars += line.length;
    if (chars < TURN_CHARS) continue;
    chars = 0;
    await setImmediate();
  }
  return (await pack(Buffer.from(lines.join('\n')))).toString('base64');
};

const unpacked = async (text: string): Promise<RunEvent[]> => {
  if (text === '') return [];
  const options = { maxOutputLength: MOST_UNPACKED };
  const bytes = await unpack(Buffer.from(text, 'base64'), options);
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
};
