import { SpillwayError } from '#core/errors.ts';
import { FindingsError } from '#core/finding.ts';

/** Says what went wrong and ends with status 1. */
export const failWith = (thrown: unknown): void => {
  process.stderr.write(`${textOf(thrown)}\n`);
  process.exitCode = 1;
  // Something may still be listening or waiting.
  setImmediate(() => process.exit());
};

/** Findings begin with their place, so that terminals and editors lead there; what is no error of ours has its stack. */
const textOf = (thrown: unknown): string => {
  if (thrown instanceof FindingsError) return thrown.message;
  if (thrown instanceof SpillwayError) return `spillway: ${thrown.message}`;
  return `spillway: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
};
