import type { JsonObject } from '#core/json.ts';

/**
 * What one limit holds. Amounts are whole numbers > 0, time is monotonic ms of which fractions do
 * not count. A clock that goes back finds every level as it was and none higher.
 */
export interface Bucket {
  /** What it holds when full, whole, ≥ 1. */
  readonly capacity: number;
  /** What it would hold if nothing but what was stated were known of it: the largest taking there is. */
  readonly largest: number;
  /** What is left, whole, rounded down; a debt is negative. */
  level(now: number): number;
  /**
   * Until `amount` can be taken with the floor left over, or the bucket is full: 0 is now. Exact
   * while nobody else takes anything.
   */
  waitMs(amount: number, now: number): number;
  /**
   * Takes, if need be into debt. `transitMs`: until the upstream does the same. Returns a mark by
   * which the same amount, or a part of it, is given back.
   */
  take(amount: number, now: number, transitMs: number): number;
  give(amount: number, mark: number, now: number): void;
  /** Sets what is left, as far as it can hold it. */
  set(level: number, now: number): void;
  /** What has come back by itself after `since`; NaN where that cannot be told any more. */
  regained(since: number, now: number): number;
  /** A new amount per window; what is used stays used. */
  resize(amount: number, now: number): void;
  /** Plain JSON, with ages instead of instants. */
  save(now: number): JsonObject;
  /** Takes over what `save` gave `elapsedMs` ago; what cannot be true is ignored. */
  load(saved: JsonObject, elapsedMs: number, now: number): void;
}
