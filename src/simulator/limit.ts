/** What a limit counts. `input` and `output` are tokens that a vendor limits apart. */
export const DIMENSIONS = ['requests', 'tokens', 'input', 'output'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/**
 * How a limit comes back. `linear`: evenly; `sliding`: each taking one window later; `fixed`: whole
 * at each window's end.
 */
export const REFILLS = ['linear', 'sliding', 'fixed'] as const;

/** One limit of the vendor's: so much per window, for a project or for all of them. */
export interface Limit {
  readonly scope: 'project' | 'organisation';
  readonly dimension: Dimension;
  /** Per window. A whole number ≥ 1, no more than `mostPerWindow`. */
  readonly limit: number;
  /** Whole milliseconds ≥ 1. */
  readonly windowMs: number;
  readonly refill: (typeof REFILLS)[number];
  /**
   * Of `linear`: how much of a window may be spent at once, at least 1; a whole window unless said.
   * 600 a minute with a burst of 1 s are 10 at once, and 10 more each second.
   */
  readonly burstMs?: number | undefined;
  /** Of `fixed`, a day long: the time zone at whose midnight it comes back. */
  readonly resetZone?: string | undefined;
  /** Whether headers tell of it; a limit that is not shown is known by its refusals alone. */
  readonly shown?: boolean | undefined;
}

/** What one limit shows to the outside: its remainder rounded down, its refill rounded up. */
export interface Gauge extends Limit {
  /** What it holds when full: `limit`, or less where its burst is shorter. Rounded down. */
  readonly capacity: number;
  /** What is left; ≥ 0. */
  readonly remaining: number;
  /** What is missing from `limit`; more than `limit` where settlement left a debt. */
  readonly used: number;
  /** Until it is full again, not until the next request fits. */
  readonly resetMs: number;
  /** How long it has been full since it was first asked, ms: room that came back and found no use. */
  readonly fullMs: number;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** The largest limit whose arithmetic is still exact: limit × window stays below 2^53. */
export const mostPerWindow = (windowMs: number): number =>
  Math.floor(Number.MAX_SAFE_INTEGER / windowMs);

/**
 * A limit of less than a minute in a minute's numbers, as vendors speak of it: 10 a second are 600 a
 * minute of which all but 10 are used.
 */
export const perMinuteWords = <T extends Limit & { readonly used: number }>(of: T): T => {
  if (of.windowMs >= MINUTE_MS) return of;
  const limit = Math.floor((of.limit * MINUTE_MS) / of.windowMs);
  return { ...of, limit, windowMs: MINUTE_MS, used: limit - (of.limit - of.used) };
};
