import { write, writeSync } from 'node:fs';

/** Lines wait at most this long before they are written, ms. */
const FLUSH_MS = 500;
/** So many at once are worth a write of their own, characters. */
const BATCH_CHARS = 65_536;
/** Pause before a pipe that is full and does not block is tried again, ms. */
const FULL_MS = 50;

export interface LineWriterOptions {
  readonly fd: number;
  /** Most that waits for a reader who is behind, characters. */
  readonly limitChars: number;
  /** The line that tells how many were left out above that. */
  readonly leftOut: (lines: number) => string;
}

/**
 * Writes lines to a file descriptor in batches and off the event loop, one batch at a time. A
 * reader who falls behind costs lines, never memory and never time.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  #lines: string[] = [];
  #chars = 0;
  #leftOut = 0;
  #underWay = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  write(line: string): void {
    if (this.#chars + line.length > this.#options.limitChars) {
      this.#leftOut++;
      return;
    }
    this.#lines.push(line);
    this.#chars += line.length + 1;
    if (this.#chars >= BATCH_CHARS) return this.#flush();
    this.#flushSoon();
  }

  /** Writes what is waiting, at once: for a process on its way out. */
  end(): void {
    const text = this.#take();
    if (text === '') return;
    try {
      writeSync(this.#options.fd, text);
    } catch {
      // Nobody reads any more, and there is nobody left to tell.
    }
  }

  #take(): string {
    if (this.#leftOut > 0) this.#lines.push(this.#options.leftOut(this.#leftOut));
    this.#leftOut = 0;
    const text = this.#lines.length > 0 ? `${this.#lines.join('\n')}\n` : '';
    this.#lines = [];
    this.#chars = 0;
    return text;
  }

  #flushSoon(): void {
    // A program that has nothing else to do does not stay for its log: `end` writes what is left.
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#underWay) return;
    const text = this.#take();
    if (text === '') return;
    this.#underWay = true;
    this.#send(Buffer.from(text));
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
      if (this.#chars >= BATCH_CHARS) this.#flush();
      else if (this.#chars > 0) this.#flushSoon();
    });
  }
}
