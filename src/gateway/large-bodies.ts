import type { CallSignal } from '#core/call-signal.ts';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { atTurnEnd } from '#core/turn-end.ts';

/** Bodies up to here find room in any case, bytes. */
export const SMALL_BYTES = 262_144;

/** What large bodies may take of the heap together. */
const HEAP_SHARE = 0.5;
/** So many times its size one takes while its request lasts: its text, what is read of it, what is sent. */
const HEAP_TIMES = 5;
/** Longest time for which nobody reads a body, for want of room, ms. */
const LONGEST_WAIT_MS = 10_000;
/** When it is worth while to try again, ms. */
const RETRY_AFTER_MS = 5_000;

interface Waiter {
  readonly bytes: number;
  readonly enter: () => void;
}

export interface EnterHow {
  /** Of the caller: one who has left waits no more. */
  readonly signal: CallSignal;
  /** What can be put off is refused where others would wait. */
  readonly isBatch: boolean;
}

/**
 * Room for large bodies, so that not all of them are on the heap at once, and their turns, so that
 * the event loop has time for others between the work on two of them. First come, first served.
 */
export class LargeBodies {
  readonly #clock: Clock;
  readonly #mostBytes: number;
  #takenBytes = 0;
  #line: Waiter[] = [];
  #turns: (() => void)[] = [];

  /** `heapBytes`: all that the heap may hold. */
  constructor(clock: Clock, heapBytes: number) {
    this.#clock = clock;
    this.#mostBytes = (heapBytes * HEAP_SHARE) / HEAP_TIMES;
  }

  /**
   * Room for a body, and what gives it back. One alone always has it. Rejects with SpillwayError
   * `unavailable` where there is none within ten seconds, and with the signal's reason.
   */
  enter(bytes: number, { signal, isBatch }: EnterHow): Promise<() => void> {
    if (this.#line.length === 0 && this.#fits(bytes)) return Promise.resolve(this.#take(bytes));
    if (isBatch) return Promise.reject(noRoom());
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        cancel();
        signal.removeEventListener('abort', give);
        this.#line = this.#line.filter((other) => other !== waiter);
      };
      const give = (): void => {
        leave();
        reject(signal.aborted ? (signal.reason as Error) : noRoom());
        this.#next();
      };
      const enter = (): void => {
        leave();
        resolve(this.#take(bytes));
      };
      const waiter = { bytes, enter };
      const cancel = this.#clock.after(LONGEST_WAIT_MS, give);
      signal.addEventListener('abort', give);
      this.#line.push(waiter);
    });
  }

  /** Resolves in a turn of the event loop in which no other large body is worked on. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#turns.push(resolve) === 1) atTurnEnd('labour', this.#work);
    });
  }

  readonly #work = (): void => {
    this.#turns.shift()?.();
    if (this.#turns.length > 0) atTurnEnd('labour', this.#work);
  };

  #fits(bytes: number): boolean {
    return this.#takenBytes === 0 || this.#takenBytes + bytes <= this.#mostBytes;
  }

  #take(bytes: number): () => void {
    this.#takenBytes += bytes;
    return () => {
      this.#takenBytes -= bytes;
      this.#next();
    };
  }

  #next(): void {
    for (let [first] = this.#line; first && this.#fits(first.bytes); [first] = this.#line)
      first.enter();
  }
}

const noRoom = (): SpillwayError =>
  new SpillwayError(
    'unavailable',
    'Large bodies have taken all the memory that they may; try again in a few seconds, send less, ' +
      'or give Spillway more memory (NODE_OPTIONS=--max-old-space-size).',
    { retryAfterMs: RETRY_AFTER_MS },
  );
