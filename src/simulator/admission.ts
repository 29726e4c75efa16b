import type { Bucket } from '#simulator/bucket.ts';
import type { Dimension, Limit } from '#simulator/limit.ts';

/** What a call takes from every limit of each dimension. Whole numbers ≥ 0; absent is nothing. */
export type Cost = { readonly [D in Dimension]?: number };

/** A cost that was taken, and when: what settlement needs to know. */
export interface Reservation {
  readonly cost: Cost;
  readonly atMs: number;
}

/** The limit that kept a call out, in the numbers of the vendor's own text. */
export interface Refusal extends Limit {
  readonly used: number;
  readonly requested: number;
  /** Until this limit has room; Infinity when the call is larger than the limit itself. */
  readonly waitMs: number;
}

export type Admission =
  | { readonly admitted: true; readonly reservation: Reservation }
  | { readonly admitted: false; readonly refusal: Refusal };

/**
 * Takes a call's cost from all the buckets or from none. A refused call still spends a request
 * where one is there, unless `failedCountsRequest` is false: most vendors count failures too. The
 * refusal is computed after that, so its wait is one that works.
 */
export const admit = (
  buckets: readonly Bucket[],
  cost: Cost,
  { nowMs, failedCountsRequest = true }: { nowMs: number; failedCountsRequest?: boolean },
): Admission => {
  const short = buckets.filter((bucket) => bucket.waitMs(amountOf(cost, bucket), nowMs) > 0);
  if (short.length === 0) {
    for (const bucket of buckets) bucket.take(amountOf(cost, bucket), nowMs);
    return { admitted: true, reservation: { cost, atMs: nowMs } };
  }
  if (failedCountsRequest) for (const bucket of buckets) burnRequest(bucket, nowMs);
  const refusals = short.map((bucket) => refusalOf(bucket, cost, nowMs));
  const refusal = refusals.reduce((a, b) => (b.waitMs > a.waitMs ? b : a));
  return { admitted: false, refusal };
};

/** Charges what a call came to in the end: gives back what it did not use, takes what it used beyond. */
export const settle = (
  buckets: readonly Bucket[],
  { cost, atMs }: Reservation,
  { actual, nowMs }: { actual: Cost; nowMs: number },
): void => {
  for (const bucket of buckets) {
    const more = amountOf(actual, bucket) - amountOf(cost, bucket);
    if (more > 0) bucket.take(more, nowMs);
    if (more < 0) bucket.giveBack(-more, atMs, nowMs);
  }
};

const amountOf = (cost: Cost, { of }: Bucket): number => cost[of.dimension] ?? 0;

const burnRequest = (bucket: Bucket, nowMs: number): void => {
  if (bucket.of.dimension === 'requests' && bucket.waitMs(1, nowMs) === 0) bucket.take(1, nowMs);
};

const refusalOf = (bucket: Bucket, cost: Cost, nowMs: number): Refusal => {
  const requested = amountOf(cost, bucket);
  const { used } = bucket.gauge(nowMs);
  return { ...bucket.of, used, requested, waitMs: bucket.waitMs(requested, nowMs) };
};
