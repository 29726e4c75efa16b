/** What shells expect of a program that a signal has ended. */
const ENDED_AT_ONCE = 130;

export interface OnSignals {
  /** SIGHUP, unless a terminal has been closed; it stops as the others do where this is absent. */
  readonly hangUp?: () => void;
  /** A second signal; where this is absent, it ends the process at once as a third one does. */
  readonly hurry?: () => void;
}

/** Waits for SIGINT or SIGTERM, closes, and ends the process. `close` is told which it was. */
export const untilStopped = (
  close: (signal: NodeJS.Signals) => Promise<void>,
  { hangUp, hurry }: OnSignals = {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    let signals = 0;
    const stop = (signal: NodeJS.Signals): void => {
      signals++;
      if (signals === 1) close(signal).then(resolve, reject);
      else if (signals === 2 && hurry) hurry();
      else process.exit(ENDED_AT_ONCE);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', process.stdin.isTTY ? stop : (hangUp ?? stop));
  });
