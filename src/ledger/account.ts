import { isObject, type JsonObject, own } from '#core/json.ts';
import { type Cost, DIMENSIONS, type Dimension } from '#core/quota.ts';
import type { Writable } from '#core/writable.ts';
import { amountOf, PLACE, ZEROES } from '#ledger/amounts.ts';
import { type Gauge, isDimension, isWindow, type Limit, type LimitSource } from '#ledger/limit.ts';
import { Obstacles } from '#ledger/obstacles.ts';
import { Observed } from '#ledger/observed.ts';
import { Pace } from '#ledger/pace.ts';
import { InFlight } from '#ledger/parallel.ts';
import type { Ended, Share, Taking } from '#ledger/reservation.ts';
import { Standing, toldOf } from '#ledger/standing.ts';

/** More than any upstream has; what else it tells is not believed. The config may state more. */
const MAX_LIMITS = 16;

/** Refusals no further apart than this have the same reason. */
const AGAIN_MS = 60_000;

/** All that is known of one account. */
export class Account {
  readonly obstacles = new Obstacles();
  readonly pace: Pace;
  readonly #floor: number;
  readonly #inFlight = new InFlight();
  readonly #observed = new Observed();
  /** All that was ever charged, by dimension, less what was given back. */
  readonly #charged = ZEROES.slice();
  /** How many calls there were, and of which of them levels were told at last, by dimension. */
  #calls = 0;
  readonly #told = ZEROES.slice();
  /** Stated and told. */
  #known: Standing[] = [];
  /** The same and those of the pace. */
  #standings: readonly Standing[] = [];
  #gauges: Gauge[] = [];
  #refusedAt = -Infinity;

  constructor(floor: number) {
    this.#floor = floor;
    this.pace = new Pace({ floor, inFlight: this.#inFlight }, this.#observed);
  }

  get known(): readonly Standing[] {
    return this.#known;
  }

  /** undefined when there are too many already. */
  limit(limit: Limit, source: LimitSource, now: number): Standing | undefined {
    let standing = this.find(limit.dimension, limit.windowMs);
    if (standing) standing.state(limit, source, now);
    else if (source === 'config' || this.#known.length < MAX_LIMITS) {
      standing = new Standing(limit, source, { floor: this.#floor, inFlight: this.#inFlight, now });
      this.#known.push(standing);
      if (source !== 'config') this.pace.drop(limit.dimension);
    }
    this.relist();
    return standing;
  }

  /** Without a window: the shortest that there is. */
  find(dimension: Dimension, windowMs?: number): Standing | undefined {
    let found: Standing | undefined;
    for (const standing of this.#known) {
      if (standing.dimension !== dimension) continue;
      if (standing.windowMs === windowMs) return standing;
      if (windowMs === undefined && !(standing.windowMs >= (found?.windowMs ?? Infinity)))
        found = standing;
    }
    return found;
  }

  /** Until every limit that comes back holds this share of what it can, ms; 0 where there is none. */
  fullMs(share: number, now: number): number {
    let waitMs = 0;
    for (const { dimension, bucket } of this.#standings) {
      if (dimension === 'parallel') continue;
      const ownMs = bucket.waitMs(Math.floor(bucket.capacity * share), now);
      if (ownMs > waitMs) waitMs = ownMs;
    }
    return waitMs;
  }

  /**
   * The limit that an upstream speaks of. It may be understood to speak of a window that it did not
   * name: where the config knows the same amount for another one, and none for this, it is that.
   */
  spokenOf(
    dimension: Dimension,
    windowMs: number | undefined,
    amount?: number,
  ): Standing | undefined {
    const found = this.find(dimension, windowMs);
    if (found !== undefined || amount === undefined) return found;
    return this.#known.find(
      (standing) =>
        standing.dimension === dimension &&
        standing.amount === amount &&
        standing.source === 'config',
    );
  }

  waitMs(cost: Cost, now: number): number {
    let waitMs = this.obstacles.waitMs(cost, now);
    for (const standing of this.#standings) {
      const amount = amountOf(cost, standing.dimension);
      if (amount === 0) continue;
      if (amount > standing.largest) return Infinity;
      const ownMs = standing.bucket.waitMs(amount, now);
      if (ownMs > waitMs) waitMs = ownMs;
    }
    return waitMs;
  }

  /** For what a call of this cost waits longest; undefined where it does not wait, or no single limit is why. */
  shortOf(cost: Cost, now: number): Dimension | undefined {
    let { dimension: short, waitMs } = this.obstacles.shortOf(cost, now);
    for (const { dimension, bucket, largest } of this.#standings) {
      const amount = amountOf(cost, dimension);
      if (amount === 0) continue;
      const ownMs = amount > largest ? Infinity : bucket.waitMs(amount, now);
      if (ownMs <= waitMs) continue;
      short = dimension;
      waitMs = ownMs;
    }
    return short;
  }

  take(cost: Cost, now: number, transitMs: number): Share {
    let taking: Taking | undefined;
    for (const standing of this.#standings) {
      const { bucket, dimension } = standing;
      const amount = Math.min(amountOf(cost, dimension), standing.largestTaking);
      if (amount === 0) continue;
      const mark = bucket.take(amount, now, transitMs);
      taking = { bucket, dimension, amount, mark, before: taking };
    }
    this.#inFlight.begin(amountOf(cost, 'parallel'));
    for (let place = 0; place < DIMENSIONS.length; place++)
      this.#count(place, amountOf(cost, DIMENSIONS[place]!), now);
    const charged = this.#charged.slice();
    const chargedAt = now + transitMs;
    const standings = this.#standings;
    const call = ++this.#calls;
    return { account: this, call, cost, taking, standings, charged, takenAt: now, chargedAt };
  }

  /** `charged`: what it was really charged when it was sent, which is in every level that was told since. */
  settle(share: Share, { charged, cost }: Ended, now: number): void {
    const before = charged === share.cost ? charged : this.#countedOf(share, charged);
    for (let taking = share.taking; taking; taking = taking.before) {
      const { bucket, dimension, amount, mark } = taking;
      const more = amountOf(cost, dimension) - amountOf(before, dimension);
      if (more > 0) bucket.take(more, now, 0);
      else if (more < 0) bucket.give(Math.min(-more, amount), mark, now);
    }
    this.#correct(share, { before, cost }, now);
  }

  refund(share: Share, now: number): void {
    for (let taking = share.taking; taking; taking = taking.before)
      taking.bucket.give(taking.amount, taking.mark, now);
    this.#correct(share, { before: share.cost, cost: NOTHING }, now);
  }

  /** Of a call that was refused: it was sent not long after another one had been. */
  isRefusedAgain(sentAt: number, now: number): boolean {
    const isAgain = sentAt > this.#refusedAt && now < this.#refusedAt + AGAIN_MS;
    this.#refusedAt = now;
    return isAgain;
  }

  /** All that was ever charged, less what was given back. */
  charged(dimension: Dimension): number {
    return this.#charged[PLACE[dimension]]!;
  }

  /** What was charged after `share` was, in this dimension. */
  chargedSince(share: Share, dimension: Dimension): number {
    return this.#charged[PLACE[dimension]]! - share.charged[PLACE[dimension]]!;
  }

  /** An answer told the level as it was once this call had been charged; as it is now where that is unknown. */
  told(dimension: Dimension, share: Share | undefined): void {
    const place = PLACE[dimension];
    this.#told[place] = Math.max(this.#told[place]!, share?.call ?? this.#calls);
  }

  /** Grows what refusals had shrunk, as far as time has shown that it may. */
  grow(now: number): void {
    if (this.pace.grow(now)) this.relist();
  }

  /** The same list and the same gauges each time, as they are now. */
  gauges(now: number): readonly Gauge[] {
    for (let place = 0; place < this.#standings.length; place++)
      this.#gauges[place] = this.#standings[place]!.gauge(now);
    return this.#gauges;
  }

  /** After limits have come or gone. */
  relist(): void {
    this.#standings = [...this.#known, ...this.pace.standings];
    this.#gauges = [];
  }

  save(now: number): JsonObject {
    const limits = this.#known.map((standing) => standing.save(now));
    return { limits, ...this.obstacles.save(now), ...this.pace.save(now) };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    const limits = own(saved, 'limits');
    for (const limit of Array.isArray(limits) ? limits.slice(0, MAX_LIMITS) : [])
      if (isObject(limit)) this.#loadLimit(limit, elapsedMs, now);
    this.obstacles.load(saved, elapsedMs, now);
    this.pace.load(saved, elapsedMs, now);
    this.relist();
  }

  /** A limit that the config had stated alone is gone when it is not stated any more. */
  #loadLimit(saved: JsonObject, elapsedMs: number, now: number): void {
    const dimension = own(saved, 'dimension');
    const windowMs = own(saved, 'windowMs');
    if (!isDimension(dimension) || !isWindow(windowMs)) return;
    const told = toldOf(own(saved, 'told'));
    if (told) {
      const limit = { dimension, windowMs, amount: told.amount, refill: 'linear' } as const;
      if (!this.find(dimension, windowMs)) this.limit(limit, told.source, now);
    }
    this.find(dimension, windowMs)?.load(saved, elapsedMs, now);
  }

  /** What its levels have counted of a call: what was reserved, or what was told since. */
  #countedOf(share: Share, charged: Cost): Cost {
    let counted: Writable<Cost> | undefined;
    for (let place = 0; place < DIMENSIONS.length; place++)
      if (this.#told[place]! >= share.call) {
        const dimension = DIMENSIONS[place]!;
        (counted ??= { ...share.cost })[dimension] = amountOf(charged, dimension);
      }
    return counted ?? share.cost;
  }

  #count(place: number, amount: number, now: number): void {
    if (amount === 0) return;
    this.#charged[place]! += amount;
    this.#observed.add(place, amount, now);
  }

  /** What the call came to, in all that counts it without having seen it go. */
  #correct(share: Share, { before, cost }: { before: Cost; cost: Cost }, now: number): void {
    for (let place = 0; place < DIMENSIONS.length; place++) {
      const dimension = DIMENSIONS[place]!;
      const had = amountOf(before, dimension);
      const more = dimension === 'parallel' ? -had : amountOf(cost, dimension) - had;
      this.#count(place, more, now);
      if (more === 0 || share.standings === this.#standings) continue;
      for (const standing of this.#known) {
        if (standing.dimension !== dimension || !standing.isTold) continue;
        if (share.standings.includes(standing)) continue;
        if (more > 0) standing.bucket.take(more, now, 0);
        else standing.bucket.give(-more, 0, now);
      }
    }
    const calls = amountOf(share.cost, 'parallel');
    if (calls > 0) this.#inFlight.end(calls, now - share.takenAt);
  }
}

const NOTHING: Cost = {};
