import type { Clock } from '#core/clock.ts';

const EVERY_MS = 1_000;

/** Runs `task` a second after it has ended the last time. It must not throw. */
export const eachSecond = (
  clock: Clock,
  task: () => Promise<void>,
): { /** Runs it once more, and not again. */ close(): Promise<void> } => {
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  let cancel = (): void => {};
  const run = async (): Promise<void> => {
    await task();
    if (!closed) next();
  };
  const next = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      running = run();
    });
  };
  next();
  return {
    async close() {
      closed = true;
      cancel();
      await running;
      await task();
    },
  };
};
