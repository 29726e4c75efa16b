import type { Random } from '#core/random.ts';

/** Longest pause that an upstream's own hint may ask for before we stop believing it, ms. */
const HINT_MAX_MS = 60_000;
const FIRST_MS = 500;
const CAP_MS = 8_000;

/**
 * Pause before a retry that has no other deployment to go to, ms. The upstream's hint wins when it
 * is at most a minute, plus up to 10 % so that a herd breaks up; else half a second, doubled each
 * time, up to 8 s, drawn between half of it and all of it. Never below `leastMs`.
 */
export const backoffMs = (
  retry: number,
  options: { readonly hintMs?: number; readonly leastMs: number; readonly random: Random },
): number => {
  const { hintMs = 0, leastMs, random } = options;
  if (hintMs > 0 && hintMs <= HINT_MAX_MS) return Math.max(leastMs, hintMs * (1 + random() / 10));
  const step = Math.min(CAP_MS, FIRST_MS * 2 ** retry);
  return Math.max(leastMs, step * (0.5 + random() / 2));
};
