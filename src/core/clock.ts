import type { CallSignal } from '#core/call-signal.ts';

/**
 * Time as an argument. `now` is monotonic milliseconds for durations and deadlines; `wall` is Unix
 * epoch milliseconds for what people and headers read. A wall clock may jump, `now` never does.
 */
export interface Clock {
  now(): number;
  wall(): number;
  /** Runs `task` once after `delayMs` (≥ 0); the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, task) {
    // setTimeout fires at once above 2^31-1 ms: a longer wait is cut to that bound (24.8 days).
    const timer = setTimeout(task, Math.min(delayMs, 2_147_483_647));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs` on this clock; rejects with the signal's reason when it is aborted first. */
export const sleep = (clock: Clock, delayMs: number, signal?: CallSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
