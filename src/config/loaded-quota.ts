import type { Dimension } from '#core/quota.ts';

/** A limit that the config states: a ceiling that no upstream can raise. */
export interface StatedLimit {
  readonly dimension: Dimension;
  /** Whole, > 0. */
  readonly amount: number;
  /** 0 for `parallel`, which counts calls under way. */
  readonly windowMs: number;
  /** How the vendor counts: evenly refilled, over the last window, or window by window. */
  readonly refill: 'linear' | 'sliding' | 'fixed';
  /** Of `linear`: how much of a window may be spent at once, ms. */
  readonly burstMs?: number;
}

/** Whether the `rpm` and `tpm` of rows are ceilings; otherwise they are shares of the traffic only. */
export interface Ceilings {
  readonly requests: boolean;
  readonly tokens: boolean;
  /** The setting that says so; absent where none does. */
  readonly because?: string;
}

/** One set of upstream limits, shared by every deployment that draws from it. */
export interface QuotaPool {
  /**
   * What `spillway_settings.quota_pools` states, and, for a dimension in which it states nothing,
   * the largest that the rows state whose innermost pool this is.
   */
  readonly limits: readonly StatedLimit[];
}

/** Where a request waits while its group is out of quota. */
export interface QueueSettings {
  /** Longest wait of a request that names none, ms; 0: nobody waits. */
  readonly waitMs: number;
  /** The same for one group. */
  readonly groups: Readonly<Record<string, { readonly waitMs: number }>>;
  readonly maxRequests: number;
  /** Of the bodies of all that wait. */
  readonly maxBytes: number;
  /** How long a request waits for its own group before it goes to a fallback that is free, ms. */
  readonly beforeFallbackMs: number;
  /** The part of the queue that one tenant may fill, 0 < share ≤ 1. */
  readonly tenantShare: number;
  /** Between the comments that keep a waiting stream's connection open, ms; absent: there are none. */
  readonly heartbeatMs?: number;
  /** The part of the quota that is kept for a priority below the highest, 0 ≤ share < 1. */
  readonly priorities: { readonly batch: { readonly share: number } };
}
