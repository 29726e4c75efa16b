import { write, writeSync } from 'node:fs';
import { MOST_UTF8 } from '#core/utf8.ts';

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
  /** The line that tells how many were left out above that. */
  readonly leftOut: (lines: number) => string;
}

/**
 * Writes lines to a file descriptor in batches and off the event loop, one batch at a time. A
 * reader who falls behind costs lines, never memory and never time. What waits is outside the heap:
 * as texts all of it would grow old there.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  /** The last of them is being filled, up to `used`. */
  #batches: Buffer[] = [];
  #used = 0;
  /** Of all that wait. */
  #bytes = 0;
  #leftOut = 0;
  #underWay = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  write(line: string): void {
    if (this.#bytes + line.length > this.#options.limitBytes) {
      this.#leftOut++;
      return;
    }
    this.#put(line);
    if (this.#bytes >= BATCH_BYTES) return this.#flush();
    this.#flushSoon();
  }

  /** Writes what is waiting, at once: for a process on its way out. */
  end(): void {
    try {
      for (let batch = this.#take(); batch; batch = this.#take())
        writeSync(this.#options.fd, batch);
    } catch {
      // Nobody reads any more, and there is nobody left to tell.
    }
  }

  #put(line: string): void {
    const most = line.length * MOST_UTF8 + 1;
    let batch = this.#batches.at(-1);
    if (!batch || batch.length - this.#used < most) {
      this.#close();
      batch = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, most));
      this.#batches.push(batch);
    }
    const from = this.#used;
    this.#used += batch.write(line, from);
    batch[this.#used++] = LINE_END;
    this.#bytes += this.#used - from;
  }

  /** The last batch is as long as it is. */
  #close(): void {
    const last = this.#batches.pop();
    if (last) this.#batches.push(last.subarray(0, this.#used));
    this.#used = 0;
  }

  #take(): Buffer | undefined {
    if (this.#leftOut > 0) {
      const lines = this.#leftOut;
      this.#leftOut = 0;
      this.#put(this.#options.leftOut(lines));
    }
    if (this.#batches.length <= 1) this.#close();
    const batch = this.#batches.shift();
    this.#bytes -= batch?.length ?? 0;
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
    this.#send(batch);
  }

  #send(bytes: Buffer): void {
    write(this.#options.fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#send(bytes), FULL_MS).unref();
        return;
      }
      // Any other error means that nobody reads: these lines are lost, the next ones are tried.
      if (!error && written < bytes.length) return this.#send(bytes.subarray(written));
      this.#underWay = false;
      if (this.#bytes >= BATCH_BYTES) this.#flush();
      else if (this.#bytes > 0) this.#flushSoon();
    });
  }
}
