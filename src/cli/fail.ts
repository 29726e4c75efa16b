import { SpillwayError } from '#core/errors.ts';

/** Says what went wrong and ends with status 1. What is no error of ours comes with its stack. */
export const failWith = (thrown: unknown): void => {
  const text =
    thrown instanceof SpillwayError
      ? thrown.message
      : thrown instanceof Error
        ? (thrown.stack ?? thrown.message)
        : String(thrown);
  process.stderr.write(`spillway: ${text}\n`);
  process.exitCode = 1;
  // Something may still be listening or waiting.
  setImmediate(() => process.exit());
};
