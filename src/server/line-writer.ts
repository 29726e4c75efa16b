import { write, writeSync } from 'node:fs';
import { MOST_UTF8, charsOf, writePieces } from '#core/utf8.ts';

const LINE_END = 0x0a;
/** Lines wait at most this long before they are written, ms. */
const FLUSH_MS = 500;
/** So many at once are worth a write of their own, bytes. */
const BATCH_BYTES = 65_536;
/** Pause before a pipe that is full and does not block is tried again, ms. */
const FULL_MS = 50;

export interface LineWriterOptions {
  readonly fd: number;
  /** Most that waits for a reader who is behind, bytes. */
  readonly limitBytes: number;
  /** The line that tells how many were left out above that, in pieces. */
  readonly leftOut: (lines: number) => readonly string[];
}

interface Batch {
  readonly bytes: Buffer;
  used: number;
}

/**
 * Writes lines to a file descriptor in batches and off the event loop, one batch at a time. A
 * reader who falls behind costs lines, never memory and never time. What waits is outside the heap:
 * as texts all of it would grow old there.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  /** The last of them is being filled. */
  readonly #batches: Batch[] = [];
  /** One that has been written, for the next lines: new room costs more than what is written there. */
  #spare: Batch | undefined;
  /** Of all that wait. */
  #bytes = 0;
  #leftOut = 0;
  #underWay = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  /** A line in pieces of whole characters: joined first, all of it would be copied once more. */
  write(...pieces: readonly string[]): void {
    const chars = charsOf(pieces);
    if (this.#bytes + chars > this.#options.limitBytes) {
      this.#leftOut++;
      return;
    }
    this.#put(pieces, chars);
    if (this.#bytes >= BATCH_BYTES) return this.#flush();
    this.#flushSoon();
  }

  /** Writes what is waiting, at once: for a process on its way out. */
  end(): void {
    try {
      for (let batch = this.#take(); batch; batch = this.#take())
        writeSync(this.#options.fd, batch.bytes, 0, batch.used);
    } catch {
      // Nobody reads any more, and there is nobody left to tell.
    }
  }

  #put(pieces: readonly string[], chars: number): void {
    const batch = this.#roomFor(chars * MOST_UTF8 + 1);
    const { bytes, used } = batch;
    const end = writePieces(bytes, pieces, used);
    bytes[end] = LINE_END;
    batch.used = end + 1;
    this.#bytes += batch.used - used;
  }

  #roomFor(bytes: number): Batch {
    const last = this.#batches.at(-1);
    if (last && last.bytes.length - last.used >= bytes) return last;
    const spare = bytes <= BATCH_BYTES ? this.#spare : undefined;
    if (spare) this.#spare = undefined;
    const batch = spare ?? { bytes: Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, bytes)), used: 0 };
    this.#batches.push(batch);
    return batch;
  }

  #take(): Batch | undefined {
    if (this.#leftOut > 0) {
      const pieces = this.#options.leftOut(this.#leftOut);
      this.#leftOut = 0;
      this.#put(pieces, charsOf(pieces));
    }
    const batch = this.#batches.shift();
    this.#bytes -= batch?.used ?? 0;
    return batch;
  }

  #flushSoon(): void {
    // A program that has nothing else to do does not stay for its log: `end` writes what is left.
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#underWay) return;
    const batch = this.#take();
    if (!batch) return;
    this.#underWay = true;
    this.#send(batch, 0);
  }

  #send(batch: Batch, from: number): void {
    const { bytes, used } = batch;
    write(this.#options.fd, bytes, from, used - from, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#send(batch, from), FULL_MS).unref();
        return;
      }
      // Any other error means that nobody reads: these lines are lost, the next ones are tried.
      if (!error && from + written < used) return this.#send(batch, from + written);
      batch.used = 0;
      if (bytes.length === BATCH_BYTES) this.#spare = batch;
      this.#underWay = false;
      if (this.#bytes >= BATCH_BYTES) this.#flush();
      else if (this.#bytes > 0) this.#flushSoon();
    });
  }
}
