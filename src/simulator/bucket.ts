/** What a limit counts. */
export type Dimension = 'requests' | 'tokens';

/** One limit of the vendor's: so many requests or tokens per window, for a project or for all of them. */
export interface Limit {
  readonly scope: 'project' | 'organisation';
  readonly dimension: Dimension;
  readonly window: 'minute' | 'day';
  /** Capacity, and what refills evenly over one window. A whole number ≥ 1, see `MAX_LIMIT`. */
  readonly limit: number;
}

/** What one limit shows to the outside: its remainder rounded down, its refill rounded up. */
export interface Gauge extends Limit {
  readonly remaining: number;
  /** Until the bucket is full again, not until the next request fits. */
  readonly resetMs: number;
}

export const WINDOW_MS = { minute: 60_000, day: 86_400_000 } as const;

/** The largest limits whose arithmetic is still exact: limit × window stays below 2^53. */
export const MAX_LIMIT = { minute: 100_000_000_000, day: 100_000_000 } as const;

/**
 * A bucket that starts full and refills linearly. The level is kept in units of 1/window of a
 * request or token and time in whole milliseconds, so that every sum is of whole numbers and a
 * client which waits exactly as long as it was told finds the room it was promised.
 */
export class Bucket {
  readonly of: Limit;
  readonly #windowMs: number;
  readonly #capacityUnits: number;
  #levelUnits: number;
  #atMs = -Infinity;

  constructor(of: Limit) {
    this.of = of;
    this.#windowMs = WINDOW_MS[of.window];
    this.#capacityUnits = of.limit * this.#windowMs;
    this.#levelUnits = this.#capacityUnits;
  }

  /** How long until `amount` fits: 0 when it does now, Infinity when it is larger than the limit. */
  waitMs(amount: number, nowMs: number): number {
    if (amount > this.of.limit) return Infinity;
    const missingUnits = amount * this.#windowMs - this.#refilled(nowMs);
    return missingUnits <= 0 ? 0 : Math.ceil(missingUnits / this.of.limit);
  }

  /** Takes `amount`, or all that is there when it is less. */
  take(amount: number, nowMs: number): void {
    this.#levelUnits = Math.max(0, this.#refilled(nowMs) - amount * this.#windowMs);
  }

  gauge(nowMs: number): Gauge {
    const levelUnits = this.#refilled(nowMs);
    return {
      ...this.of,
      remaining: Math.floor(levelUnits / this.#windowMs),
      resetMs: Math.ceil((this.#capacityUnits - levelUnits) / this.of.limit),
    };
  }

  #refilled(nowMs: number): number {
    const atMs = Math.floor(nowMs);
    if (atMs > this.#atMs) {
      const refillUnits = (atMs - this.#atMs) * this.of.limit;
      this.#levelUnits = Math.min(this.#capacityUnits, this.#levelUnits + refillUnits);
      this.#atMs = atMs;
    }
    return this.#levelUnits;
  }
}
