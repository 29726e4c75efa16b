import type { Log } from '#core/log.ts';
import { redact } from '#core/redact.ts';

/** Of a stack's text so much is told, characters. */
const TOLD_CHARS = 1_000;

/**
 * A promise that nobody waits for has failed: that is a fault of ours, and it ends what it belongs to, not
 * the process with all that it serves. Ends with the returned function.
 */
export const surviveRejections = (log: Log): (() => void) => {
  const tell = (reason: unknown): void => {
    const cause = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log.error(
      { cause: redact(cause, TOLD_CHARS) },
      'a task failed inside Spillway, and nobody waited for it; please report it',
    );
  };
  process.on('unhandledRejection', tell);
  return () => void process.off('unhandledRejection', tell);
};
