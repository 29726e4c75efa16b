import type { Random } from '#core/random.ts';

/** Longest pause that an upstream's own hint may ask for before we stop believing it, ms. */
const HINT_MAX_MS = 60_000;
const FIRST_MS = 250;
const CAP_MS = 8_000;

/**
 * Pause before a retry that has no other deployment to go to, ms. The upstream's hint wins when it
 * is at most a minute, plus up to 10 % so that a herd breaks up; else anything up to 250 ms, and up
 * to twice as much each time, 8 s at most: callers that failed together come back apart. Never below
 * `leastMs`.
 */
export const backoffMs = (
  retry: number,
  options: { readonly hintMs?: number; readonly leastMs: number; readonly random: Random },
): number => {
  const { hintMs = 0, leastMs, random } = options;
  if (hintMs > 0 && hintMs <= HINT_MAX_MS) return Math.max(leastMs, hintMs * (1 + random() / 10));
  return Math.max(leastMs, random() * Math.min(CAP_MS, FIRST_MS * 2 ** retry));
};
