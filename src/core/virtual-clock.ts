import type { Clock } from '#core/clock.ts';

interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly task: () => void;
}

/** A clock that stands still until told: tests and simulations run hours in milliseconds. */
export class VirtualClock implements Clock {
  #now: number;
  #seq = 0;
  readonly #timers: Timer[] = [];
  readonly #epoch: number;

  constructor(startMs = 0, epochMs = 1_700_000_000_000) {
    this.#now = startMs;
    this.#epoch = epochMs - startMs;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), seq: this.#seq++, task };
    this.#push(timer);
    return () => this.#remove(timer);
  }

  /** Moves time on by `ms`, running due timers in order and letting promises settle between them. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#timers[0]; next && next.at <= end; next = this.#timers[0]) {
      this.#remove(next);
      this.#now = next.at;
      next.task();
      await settle();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    let i = this.#timers.length;
    while (i > 0 && this.#timers[i - 1]!.at > timer.at) i--;
    this.#timers.splice(i, 0, timer);
  }

  #remove(timer: Timer): void {
    const i = this.#timers.indexOf(timer);
    if (i >= 0) this.#timers.splice(i, 1);
  }
}

/** Lets every promise that is ready run, without real time passing. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
