import type { Bucket } from '#simulator/bucket.ts';

/** Into how many sips the others' share of a window is cut, and the shortest time between two. */
const SIPS_PER_WINDOW = 60;
const SHORTEST_SIP_MS = 10;
/** More than these are not made up for after a silence: by then every level has settled. */
const MOST_SIPS_DUE = 100_000;

/**
 * A bucket from which somebody else drinks too: the given share, 0 to 1, of what comes back, little
 * by little and only where it is there. Who shares it sees that its own sums are wrong.
 */
export const withHiddenLoad = (bucket: Bucket, share: number): Bucket => {
  const { limit, windowMs } = bucket.of;
  const sipMs = Math.max(SHORTEST_SIP_MS, Math.round(windowMs / SIPS_PER_WINDOW));
  const perSip = (limit * share * sipMs) / windowMs;
  let beganMs: number | undefined;
  let sips = 0;

  const catchUp = (nowMs: number): void => {
    beganMs ??= nowMs;
    const due = Math.floor((nowMs - beganMs) / sipMs);
    sips = Math.max(sips, due - MOST_SIPS_DUE);
    for (; sips < due; sips++) {
      const amount = Math.floor((sips + 1) * perSip) - Math.floor(sips * perSip);
      const atMs = beganMs + (sips + 1) * sipMs;
      if (amount > 0 && bucket.waitMs(amount, atMs) === 0) bucket.take(amount, atMs);
    }
  };

  return {
    of: bucket.of,
    waitMs(amount, nowMs) {
      catchUp(nowMs);
      return bucket.waitMs(amount, nowMs);
    },
    take(amount, nowMs) {
      catchUp(nowMs);
      bucket.take(amount, nowMs);
    },
    giveBack(amount, takenMs, nowMs) {
      catchUp(nowMs);
      bucket.giveBack(amount, takenMs, nowMs);
    },
    gauge(nowMs) {
      catchUp(nowMs);
      return bucket.gauge(nowMs);
    },
  };
};
