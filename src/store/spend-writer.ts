import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { atTurnEnd } from '#core/turn-end.ts';
import type { Journal, Segment } from '#store/journal.ts';
import { SlowWatch } from '#store/slow-watch.ts';
import { packed, type PackedSpend } from '#store/packed-spend.ts';
import type { NewSpend, Paid, SpendStore, Taken } from '#store/spend.ts';

/** How often records go into the store, ms. */
const EVERY_MS = 1_000;
/** Records in one transaction: others have a turn between two. */
const BATCH = 500;
/** Records that wait in memory where there is no journal, or it cannot be written. */
const MOST_IN_MEMORY = 100_000;

export interface SpendWriterDeps {
  readonly spend: Pick<SpendStore, 'addPacked' | 'addFile'>;
  /** Writes something small that changes nothing: how long that takes says how the store is. */
  readonly probe?: () => Promise<void>;
  /** Absent where nothing can be written to disk. */
  readonly journal?: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** This is in the store now. */
  readonly written?: (paid: readonly Paid[]) => void;
}

/** How it is with what is not in the store yet. */
export interface SpendHealth {
  /** Records since the start that are not in the store. */
  readonly waiting: number;
  /** Why the last try failed; absent where it did not. */
  readonly trouble?: string;
  /** Records that are lost, because they fitted nowhere. */
  readonly lost: number;
  /** They cannot be written to disk: those that are not in the store yet go with the process. Absent where they can. */
  readonly isUnwritten?: true;
  /** The store takes what it is given, but takes its time; absent where it is quick. */
  readonly isSlow?: true;
}

/** Takes records at once and puts them into the store by and by: whoever records never waits. */
export class SpendWriter {
  readonly #deps: SpendWriterDeps;
  /** What is written down at the end of this turn. */
  #ofTurn: PackedSpend[] = [];
  #inMemory: PackedSpend[] = [];
  #waiting = 0;
  /** Writes that the store has taken. */
  #took = 0;
  #lost = 0;
  #trouble: string | undefined;
  readonly #pace: SlowWatch;
  #journalTrouble = false;
  #cancel = (): void => {};
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(deps: SpendWriterDeps) {
    this.#deps = deps;
    this.#pace = this.#watch(deps);
    this.#next();
  }

  get health(): SpendHealth {
    const [waiting, lost, trouble] = [this.#waiting, this.#lost, this.#trouble];
    return {
      waiting,
      lost,
      ...(trouble !== undefined && { trouble }),
      ...(this.#journalTrouble && { isUnwritten: true }),
      ...(this.#pace.isSlow && { isSlow: true }),
    };
  }

  /** How long the store took for the last it was given, or has taken so far, ms. */
  get writeMs(): number {
    return this.#pace.lastMs;
  }

  /**
   * It is on disk, or else in memory, when this returns; where `isTurns`, before any answer goes out that is
   * asked of `atTurnEnd` from now on.
   */
  record(record: NewSpend, isTurns = false): void {
    this.#waiting++;
    const count = this.#ofTurn.push(packed(record));
    if (!isTurns) this.#writeDown();
    else if (count === 1) atTurnEnd('answer', () => this.#writeDown());
  }

  #writeDown(): void {
    const records = this.#ofTurn;
    if (records.length === 0) return;
    this.#ofTurn = [];
    try {
      if (this.#deps.journal) {
        this.#deps.journal.append(records);
        return;
      }
    } catch (cause) {
      if (!this.#journalTrouble)
        this.#deps.log.error(
          { cause: String(cause) },
          'records of spend cannot be written to disk; they wait in memory',
        );
      this.#journalTrouble = true;
    }
    for (const record of records)
      if (this.#inMemory.length < MOST_IN_MEMORY) this.#inMemory.push(record);
      else this.#lose();
  }

  /** Puts all there is into the store; resolves when that has been tried. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  /** The same, and then a task, before anything else gets into the store. */
  afterFlush(task: () => Promise<void>): Promise<void> {
    const done = this.flush().then(task);
    this.#flushing = done.catch(() => {});
    return done;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.flush();
  }

  #next(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#deps.clock.after(EVERY_MS, () => {
      void this.flush().then(() => this.#next());
    });
  }

  async #flush(): Promise<void> {
    this.#writeDown();
    try {
      if (this.#journalTrouble) this.#tryDisk();
      const took = this.#took;
      await this.#flushMemory();
      await this.#flushJournal();
      // With nothing to write nobody would see that it is well again.
      if (this.#pace.isSlow && this.#took === took) await this.#probe();
      if (this.#trouble !== undefined)
        this.#deps.log.info({ waiting: this.#waiting }, 'records of spend go into the store again');
      this.#trouble = undefined;
    } catch (cause) {
      const trouble = reasonOf(cause);
      if (this.#trouble === undefined)
        this.#deps.log.error(
          { cause: trouble, waiting: this.#waiting },
          'records of spend cannot be put into the store; they are kept, and tried again each second',
        );
      this.#trouble = trouble;
    }
  }

  async #flushMemory(): Promise<void> {
    while (this.#inMemory.length > 0) {
      const batch = this.#inMemory.slice(0, BATCH);
      await this.#take(() => this.#deps.spend.addPacked(batch));
      this.#inMemory.splice(0, batch.length);
    }
  }

  async #flushJournal(): Promise<void> {
    const { journal, spend } = this.#deps;
    if (!journal) return;
    journal.close();
    for (const segment of await journal.segments()) {
      const { path } = segment;
      if (spend.addFile) await this.#take(async () => spend.addFile!(path));
      else await this.#flushSegment(journal, segment);
      await journal.remove(segment);
    }
  }

  async #flushSegment(journal: Journal, segment: Segment): Promise<void> {
    const records = await journal.read(segment);
    for (let from = 0; from < records.length; from += BATCH)
      await this.#take(() => this.#deps.spend.addPacked(records.slice(from, from + BATCH)));
  }

  async #probe(): Promise<void> {
    const { probe } = this.#deps;
    if (probe) await this.#pace.time(probe);
  }

  async #take(write: () => Promise<Taken>): Promise<void> {
    const { records, paid } = await this.#pace.time(write);
    this.#took++;
    this.#deps.written?.(paid);
    this.#waiting = Math.max(0, this.#waiting - records);
  }

  /** One record more or less says nothing of a disk that is nearly full. */
  #tryDisk(): void {
    try {
      this.#deps.journal?.probe();
    } catch {
      // Still no room: that has been said.
      return;
    }
    this.#journalTrouble = false;
    this.#deps.log.info({}, 'records of spend are written to disk again');
  }

  #watch({ clock, log }: SpendWriterDeps): SlowWatch {
    return new SlowWatch({
      clock,
      slow: () =>
        log.error(
          { waiting: this.#waiting },
          'THE STORE IS SLOW: records of spend wait for it on disk; requests do not',
        ),
      quick: () => log.info({ waiting: this.#waiting }, 'the store is quick again'),
    });
  }

  #lose(): void {
    this.#waiting--;
    if (this.#lost++ === 0)
      this.#deps.log.error(
        {},
        'RECORDS OF SPEND ARE LOST: neither the disk nor the store takes them',
      );
  }
}

/** What the database said, rather than what callers are told of it. */
const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : reasonOf(thrown.cause);
};
