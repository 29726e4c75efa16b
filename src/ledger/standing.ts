import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Dimension } from '#core/quota.ts';
import { isEstimated } from '#ledger/amounts.ts';
import type { Bucket } from '#ledger/bucket.ts';
import { FixedBucket } from '#ledger/fixed.ts';
import { type Gauge, isAmount, type Limit, type LimitSource } from '#ledger/limit.ts';
import { LinearBucket } from '#ledger/linear.ts';
import { type InFlight, ParallelBucket } from '#ledger/parallel.ts';
import { SlidingBucket } from '#ledger/sliding.ts';

/** What a limit is made for: its account's floor and calls. */
export interface Surroundings {
  /** Share of a capacity that is not spent. */
  readonly floor: number;
  readonly inFlight: InFlight;
}

/**
 * One limit of an account as it stands: what it holds, and who says so. The config is a ceiling: what
 * an upstream tells may lower it, and rise again up to it.
 */
export class Standing {
  readonly dimension: Dimension;
  readonly windowMs: number;
  /** Its first level was told by an upstream, and so counted calls that were under way. */
  readonly isTold: boolean;
  readonly #around: Surroundings;
  #bucket: Bucket;
  #limit: Limit;
  #config: number | undefined;
  #told: { readonly amount: number; readonly source: LimitSource } | undefined;
  /** The one that is shown; refreshed in place, so that showing costs no memory. */
  #gauge: { -readonly [K in keyof Gauge]: Gauge[K] };

  constructor(limit: Limit, source: LimitSource, around: Surroundings & { readonly now: number }) {
    this.dimension = limit.dimension;
    this.windowMs = limit.windowMs;
    this.isTold = source === 'header' || source === 'refusal';
    this.#around = around;
    this.#limit = limit;
    this.#note(limit.amount, source);
    this.#bucket = bucketOf(limit, around, around.now);
    this.#gauge = this.#shown();
  }

  get bucket(): Bucket {
    return this.#bucket;
  }

  get amount(): number {
    return this.#limit.amount;
  }

  /** Of whom the amount is that holds: the smaller one's. */
  get source(): LimitSource {
    if (this.#told === undefined || (this.#config ?? Infinity) <= this.#told.amount)
      return this.#config === undefined ? this.#told!.source : 'config';
    return this.#told.source;
  }

  /** The largest amount that can ever be taken; what was only learned calls nothing too large. */
  get largest(): number {
    return this.#told?.source === 'learned' ? Infinity : this.#bucket.largest;
  }

  /** The largest amount that one call takes: a learned limit holds what follows back a window at most. */
  get largestTaking(): number {
    return this.#told?.source === 'learned' ? this.#limit.amount : Infinity;
  }

  /** What the upstream counts by, where it said so. */
  get toldAmount(): number | undefined {
    return this.#told?.amount;
  }

  /** A window's worth can be spent at once, so that a vendor's number for the window speaks of this. */
  get isWhole(): boolean {
    return this.#bucket.capacity === this.#limit.amount;
  }

  /** The same limit stated anew. Its shape is the config's where that has one. */
  state(limit: Limit, source: LimitSource, now: number): void {
    const before = this.#limit;
    this.#note(limit.amount, source);
    const shape = source === 'config' || this.#config === undefined ? limit : before;
    this.#limit = { ...shape, amount: this.#effective() };
    if (isSameShape(before, shape)) {
      if (before.amount !== this.#limit.amount) this.#bucket.resize(this.#limit.amount, now);
    } else {
      const used = this.#bucket.capacity - this.#bucket.level(now);
      this.#bucket = bucketOf(this.#limit, this.#around, now);
      this.#bucket.set(this.#bucket.capacity - used, now);
    }
    this.#gauge = this.#shown();
  }

  /** What an upstream tells of it: never its shape. */
  tell(amount: number, source: LimitSource, now: number): void {
    if (this.#told?.amount === amount && this.#told.source === source) return;
    this.state({ ...this.#limit, amount }, source, now);
  }

  gauge(now: number): Gauge {
    this.#gauge.level = this.#bucket.level(now);
    this.#gauge.capacity = this.#bucket.capacity;
    return this.#gauge;
  }

  save(now: number): JsonObject {
    const { dimension, windowMs } = this;
    const told: JsonObject = this.#told === undefined ? {} : { told: { ...this.#told } };
    return { dimension, windowMs, ...told, ...this.#bucket.save(now) };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    const told = toldOf(own(saved, 'told'));
    if (told !== undefined) this.tell(told.amount, told.source, now);
    this.#bucket.load(saved, elapsedMs, now);
  }

  #note(amount: number, source: LimitSource): void {
    if (source === 'config') this.#config = amount;
    else this.#told = { amount, source };
  }

  #effective(): number {
    return Math.min(this.#config ?? Infinity, this.#told?.amount ?? Infinity);
  }

  #shown(): Gauge {
    const { capacity } = this.#bucket;
    return { ...this.#limit, source: this.source, capacity, level: capacity };
  }
}

/** What an upstream had told of a limit when it was saved. */
export const toldOf = (
  saved: Json | undefined,
): { readonly amount: number; readonly source: LimitSource } | undefined => {
  if (!isObject(saved)) return undefined;
  const amount = own(saved, 'amount');
  const source = own(saved, 'source');
  if (!isAmount(amount) || (source !== 'header' && source !== 'refusal')) return undefined;
  return { amount, source };
};

const bucketOf = (limit: Limit, { floor, inFlight }: Surroundings, now: number): Bucket => {
  if (limit.dimension === 'parallel') return new ParallelBucket(limit.amount, inFlight);
  const floorShare = isEstimated(limit.dimension) ? floor : 0;
  if (limit.refill === 'sliding') return new SlidingBucket(limit, floorShare, now);
  if (limit.refill === 'fixed') return new FixedBucket(limit, floorShare, now);
  return new LinearBucket(limit, floorShare, now);
};

const isSameShape = (a: Limit, b: Limit): boolean =>
  a.refill === b.refill && a.burstMs === b.burstMs && a.startsAt === b.startsAt;
