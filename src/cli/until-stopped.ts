/** What shells expect of a program that a signal has ended. */
const ENDED_AT_ONCE = 130;

/**
 * Waits for SIGINT or SIGTERM, closes, and ends the process; a second signal ends it at once. SIGHUP
 * is one of them where nothing else is to be done then, or where a terminal has been closed.
 */
export const untilStopped = (close: () => Promise<void>, hangUp?: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(ENDED_AT_ONCE);
      stopping = true;
      close().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', process.stdin.isTTY ? stop : (hangUp ?? stop));
  });
