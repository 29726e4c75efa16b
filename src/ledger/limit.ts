import type { Dimension } from '#core/quota.ts';

/** Where a limit is known from. `config` is a ceiling that no upstream can raise. */
export type LimitSource = 'config' | 'header' | 'refusal' | 'learned';

/** One limit of an account: so much per window. */
export interface Limit {
  readonly dimension: Dimension;
  /** Whole, > 0. `parallel` counts calls under way and has no window. */
  readonly amount: number;
  readonly windowMs: number;
  /**
   * `linear` comes back evenly; `sliding` comes back a window after it was taken; `fixed` comes back
   * whole at each window's end.
   */
  readonly refill: 'linear' | 'sliding' | 'fixed';
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
