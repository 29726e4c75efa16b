import { FixedBucket } from '#simulator/fixed-bucket.ts';
import type { Gauge, Limit } from '#simulator/limit.ts';
import { LinearBucket } from '#simulator/linear-bucket.ts';
import { SlidingBucket } from '#simulator/sliding-bucket.ts';

/** The state of one limit. `nowMs` is monotonic; amounts are whole numbers ≥ 0. */
export interface Bucket {
  readonly of: Limit;
  /** How long until `amount` fits: 0 when it does now, Infinity when it never can. */
  waitMs(amount: number, nowMs: number): number;
  /** Takes `amount`; more than there is leaves a debt. */
  take(amount: number, nowMs: number): void;
  /** Gives back what was taken at `takenMs` and not used, as far as it has not come back by itself. */
  giveBack(amount: number, takenMs: number, nowMs: number): void;
  gauge(nowMs: number): Gauge;
}

/** A full bucket. `wallAtZeroMs` is the Unix epoch time at `nowMs` 0: fixed windows begin by it. */
export const createBucket = (of: Limit, wallAtZeroMs = 0): Bucket => {
  if (of.refill === 'fixed') return new FixedBucket(of, wallAtZeroMs);
  return of.refill === 'sliding' ? new SlidingBucket(of) : new LinearBucket(of);
};
