/** Whole seconds, rounded up. */
export const secondsOf = (waitMs: number): number => Math.ceil(waitMs / 1000);

/** `retry-after`, in seconds; nothing for a call that no wait can help. */
export const retryAfter = (waitMs: number): Record<string, string> =>
  waitMs === Infinity ? {} : { 'retry-after': String(secondsOf(waitMs)) };

/** The same, and `retry-after-ms` beside it. */
export const retryAfterMs = (waitMs: number): Record<string, string> =>
  waitMs === Infinity ? {} : { ...retryAfter(waitMs), 'retry-after-ms': String(Math.ceil(waitMs)) };
