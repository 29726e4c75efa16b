import type { Bucket, Dimension, Limit } from '#simulator/bucket.ts';

/** What a call takes from every limit of each dimension, charged before it runs. Whole numbers. */
export type Cost = Readonly<Record<Dimension, number>>;

/** The limit that kept a call out, in the numbers of the vendor's own text. */
export interface Refusal extends Limit {
  readonly used: number;
  readonly requested: number;
  /** Until this limit has room; Infinity when the call is larger than the limit itself. */
  readonly waitMs: number;
}

export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly refusal: Refusal };

/**
 * Takes a call's cost from all the buckets or from none. A refused call still spends its request,
 * as vendors count failures too; the refusal is computed after that, so its wait is one that works.
 */
export const admit = (buckets: readonly Bucket[], cost: Cost, nowMs: number): Admission => {
  const short = buckets.filter((bucket) => bucket.waitMs(cost[bucket.of.dimension], nowMs) > 0);
  for (const bucket of buckets) {
    const { dimension } = bucket.of;
    if (short.length === 0 || dimension === 'requests') bucket.take(cost[dimension], nowMs);
  }
  const refusals = short.map((bucket) => refusalOf(bucket, cost, nowMs));
  const [first, ...others] = refusals;
  if (first === undefined) return { admitted: true };
  const refusal = others.reduce((a, b) => (b.waitMs > a.waitMs ? b : a), first);
  return { admitted: false, refusal };
};

const refusalOf = (bucket: Bucket, cost: Cost, nowMs: number): Refusal => {
  const requested = cost[bucket.of.dimension];
  return {
    ...bucket.of,
    used: bucket.of.limit - bucket.gauge(nowMs).remaining,
    requested,
    waitMs: bucket.waitMs(requested, nowMs),
  };
};
