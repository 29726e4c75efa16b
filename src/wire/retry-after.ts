import type { ReplyHeaders } from '#wire/dialect.ts';

/** Longest wait that is believed: a day. What asks for more is cut to it. */
const LONGEST_MS = 86_400_000;

/**
 * How long the upstream asks us to wait, in ms: `retry-after-ms`, else `retry-after` in seconds.
 * A date is left to the caller's clock and reads as absent; so does what is not a positive number.
 */
export const retryAfterMs = (headers: ReplyHeaders): number | undefined => {
  const exact = positive(headers['retry-after-ms']);
  if (exact !== undefined) return Math.min(exact, LONGEST_MS);
  const seconds = positive(headers['retry-after']);
  return seconds === undefined ? undefined : Math.min(seconds * 1000, LONGEST_MS);
};

const positive = (value: string | readonly string[] | undefined): number | undefined => {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : undefined;
};
