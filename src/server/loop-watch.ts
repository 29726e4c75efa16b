import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';

const EVERY_MS = 1_000;
/** A busy machine is late by less now and then. */
const LATE_MS = 500;

/** Says when something has held the process up, and with it everything it serves; ends with the returned function. */
export const watchLoop = (clock: Clock, log: Log): (() => void) => {
  let cancel = (): void => {};
  const next = (): void => {
    const due = clock.now() + EVERY_MS;
    cancel = clock.after(EVERY_MS, () => {
      const heldMs = Math.round(clock.now() - due);
      if (heldMs >= LATE_MS)
        log.warn({ heldMs }, 'the process stood still: a huge body, or a machine that is too busy');
      next();
    });
  };
  next();
  return () => cancel();
};
