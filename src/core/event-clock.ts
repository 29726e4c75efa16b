import type { Clock } from '#core/clock.ts';
import { TimerHeap } from '#core/timer-heap.ts';

/** 2023-11-14T22:13:20Z: some instant, the same in every run. */
const SOME_EPOCH_MS = 1_700_000_000_000;

/** So many events go by before the process looks after its messages and signals. */
const EVENTS_PER_TURN = 20_000;

/**
 * A clock for simulations of millions of events. Between two events every promise that is ready
 * runs, however long its chain, as in a real process: Node empties its queue of microtasks before
 * each `nextTick`, which costs a tenth of a turn of the event loop.
 */
export class EventClock implements Clock {
  readonly #timers = new TimerHeap<() => void>();
  readonly #epochMs: number;
  #nowMs = 0;

  /** `epochMs`: what the wall clock reads at 0, Unix epoch ms. */
  constructor(epochMs = SOME_EPOCH_MS) {
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#epochMs + this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    let cancelled = false;
    this.at(this.#nowMs + Math.max(0, delayMs), () => {
      if (!cancelled) task();
    });
    return () => {
      cancelled = true;
    };
  }

  /** Runs `task` at an instant that is not before now. */
  at(atMs: number, task: () => void): void {
    this.#timers.push(atMs, task);
  }

  /**
   * Lets everything happen that is due until `endMs`, and returns how many events that were.
   * Rejects with what a task throws.
   */
  run(endMs: number): Promise<number> {
    let events = 0;
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          const next = this.#timers.first();
          if (next === undefined || next.atMs > endMs) {
            this.#nowMs = endMs;
            return resolve(events);
          }
          this.#timers.pop();
          this.#nowMs = next.atMs;
          next.task();
        } catch (error) {
          return reject(error);
        }
        events += 1;
        if (events % EVENTS_PER_TURN === 0) setImmediate(step);
        else queueMicrotask(settled);
      };
      // Ticks that are queued inside a tick run before the microtasks, those queued in one after all of them.
      const settled = (): void => process.nextTick(step);
      process.nextTick(step);
    });
  }
}
