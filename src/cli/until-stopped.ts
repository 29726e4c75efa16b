/** Answers under way may take this long after SIGTERM, ms. */
const GRACE_MS = 30_000;

/** Waits for SIGINT or SIGTERM, closes, and ends the process; a second signal ends it at once. */
export const untilStopped = (close: (graceMs: number) => Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(130);
      stopping = true;
      close(GRACE_MS).then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
