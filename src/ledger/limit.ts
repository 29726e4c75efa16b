import { DIMENSIONS, type Dimension } from '#core/quota.ts';

/** Where a limit is known from. `config` is a ceiling that no upstream can raise. */
export type LimitSource = 'config' | 'header' | 'refusal' | 'learned';

const REFILLS = ['linear', 'sliding', 'fixed'] as const;

/** One limit of an account: so much per window. */
export interface Limit {
  readonly dimension: Dimension;
  /** Whole, > 0, ≤ `MAX_AMOUNT`. `parallel` counts calls under way. */
  readonly amount: number;
  /** Whole ms, > 0, ≤ `MAX_WINDOW_MS`; `parallel` has none: 0 will do. */
  readonly windowMs: number;
  /**
   * `linear` comes back evenly; `sliding` comes back a window after it was taken; `fixed` comes back
   * whole at each window's end.
   */
  readonly refill: (typeof REFILLS)[number];
  /** Of `linear`: how much of a window may be spent at once, ms; a whole window unless said. */
  readonly burstMs?: number;
  /** Of `fixed`: an instant, monotonic ms, at which some window begins; the first taking unless said. */
  readonly startsAt?: number;
}

/** One limit as it stands. */
export interface Gauge extends Limit {
  readonly source: LimitSource;
  /** What it holds when full: `amount`, or less where its burst is shorter. */
  readonly capacity: number;
  /** What is left now; a debt is negative. */
  readonly level: number;
}

/** The largest amount whose arithmetic is still exact; in nano-dollars a million dollars. */
export const MAX_AMOUNT = 1_000_000_000_000_000;

/** A year. */
const MAX_WINDOW_MS = 31_622_400_000;

const isWhole = (value: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= 1 && value <= max;

export const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && isWhole(value, MAX_AMOUNT);

export const isWindow = (value: unknown): value is number =>
  typeof value === 'number' && isWhole(value, MAX_WINDOW_MS);

/** An amount, or none. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_AMOUNT;

export const isDimension = (value: unknown): value is Dimension =>
  DIMENSIONS.includes(value as Dimension);

/** Throws a RangeError that names the field, what it must be and what it is. */
export const checkLimit = (limit: Limit): void => {
  const fault = (field: string, expected: string, found: unknown): never => {
    throw new RangeError(`limit: ${field} must be ${expected}, found ${String(found)}`);
  };
  const { dimension, amount, windowMs, refill, burstMs, startsAt } = limit;
  if (!isDimension(dimension)) fault('dimension', `one of ${DIMENSIONS.join(', ')}`, dimension);
  if (!isAmount(amount)) fault('amount', `a whole number from 1 to ${MAX_AMOUNT}`, amount);
  if (!isWindow(windowMs) && !(dimension === 'parallel' && windowMs === 0))
    fault('windowMs', `whole ms from 1 to ${MAX_WINDOW_MS}`, windowMs);
  if (!REFILLS.includes(refill)) fault('refill', `one of ${REFILLS.join(', ')}`, refill);
  if (burstMs !== undefined && !isWhole(burstMs, windowMs))
    fault('burstMs', `whole ms from 1 to windowMs, ${windowMs}`, burstMs);
  if (startsAt !== undefined && !Number.isSafeInteger(startsAt))
    fault('startsAt', 'whole ms', startsAt);
};
