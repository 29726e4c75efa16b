import {
  type Admission,
  admit,
  type Cost,
  type Reservation,
  settle,
} from '#simulator/admission.ts';
import { type Bucket, createBucket } from '#simulator/bucket.ts';
import { withHiddenLoad } from '#simulator/hidden-load.ts';
import type { Gauge, Limit } from '#simulator/limit.ts';

/**
 * A vendor's limits without the vendor: no HTTP and no clock of its own. The caller says what a
 * call costs and what time it is, monotonic milliseconds that may be those of a virtual clock.
 */
export interface Limiter {
  readonly buckets: readonly Bucket[];
  /** Takes the cost from every limit or from none. */
  admit(cost: Cost, nowMs: number): Admission;
  /** Charges what an admitted call came to in the end. */
  settle(reservation: Reservation, actual: Cost, nowMs: number): void;
  gauges(nowMs: number): Gauge[];
}

export interface LimiterOptions {
  /** Whether a refused call spends a request where one is there; it does unless said otherwise. */
  readonly failedCountsRequest?: boolean;
  /** The share, 0 to 1, of its own limits that somebody else uses up; none unless said. */
  readonly hiddenLoad?: number;
  /** Buckets that others draw from too: those of an organisation. */
  readonly shared?: readonly Bucket[];
  /** Unix epoch time at `nowMs` 0: fixed windows begin by the wall clock. */
  readonly wallAtZeroMs?: number;
}

/** Limits that are full at the start. */
export const createLimiter = (limits: readonly Limit[], options: LimiterOptions = {}): Limiter => {
  const { failedCountsRequest = true, shared = [], hiddenLoad = 0, wallAtZeroMs = 0 } = options;
  const own = createBuckets(limits, { hiddenLoad, wallAtZeroMs });
  const buckets = [...own, ...shared];
  return {
    buckets,
    admit: (cost, nowMs) => admit(buckets, cost, { nowMs, failedCountsRequest }),
    settle: (reservation, actual, nowMs) => settle(buckets, reservation, { actual, nowMs }),
    gauges: (nowMs) => buckets.map((bucket) => bucket.gauge(nowMs)),
  };
};

/** Full buckets, from which somebody else may draw unseen. */
export const createBuckets = (
  limits: readonly Limit[],
  { hiddenLoad, wallAtZeroMs }: { readonly hiddenLoad: number; readonly wallAtZeroMs: number },
): Bucket[] =>
  limits.map((limit) => {
    const bucket = createBucket(limit, wallAtZeroMs);
    return hiddenLoad > 0 ? withHiddenLoad(bucket, hiddenLoad) : bucket;
  });
