import type { JsonObject } from '#core/json.ts';
import type { Bucket } from '#ledger/bucket.ts';
import { Burst } from '#ledger/burst.ts';
import { Floor } from '#ledger/floor.ts';
import type { Limit } from '#ledger/limit.ts';
import { numberAt } from '#ledger/saved.ts';

/** Levels stay below this, and debts above its negative: every sum is exact in a double. */
const MAX_UNITS = 2 ** 51;

/**
 * Refills evenly. A level is a whole number of units, 1/`scale` of an amount each, of which `rate`
 * come per ms: for all but the largest limits exactly amount/window, so that who waits as long as it
 * was told finds what it was promised. What refusals show of its burst and its floor is learned.
 */
export class LinearBucket implements Bucket {
  readonly #windowMs: number;
  readonly #burstMs: number;
  readonly #burst = new Burst();
  readonly #floor: Floor;
  #scale = 1;
  #rate = 1;
  #largest = 1;
  /** In units: what it holds when full, and what is left over. */
  #full = 1;
  #left = 0;
  #level = 0;
  /** The instant up to which the refill is in the level; may lie ahead. */
  #at: number;
  /** The highest level since something was last known of it. */
  #peak = 0;

  constructor(limit: Limit, floorShare: number, now: number) {
    this.#windowMs = limit.windowMs;
    this.#burstMs = limit.burstMs ?? limit.windowMs;
    this.#floor = new Floor(floorShare);
    this.#at = Math.floor(now);
    this.#state(limit.amount);
    this.#level = this.#peak = this.#full;
  }

  get capacity(): number {
    return Math.floor(this.#full / this.#scale);
  }

  get largest(): number {
    return this.#largest;
  }

  level(now: number): number {
    this.#refill(now);
    return Math.floor(this.#level / this.#scale);
  }

  waitMs(amount: number, now: number): number {
    this.#refill(now);
    const missing = Math.min(amount * this.#scale + this.#left, this.#full) - this.#level;
    if (missing <= 0) return 0;
    return Math.ceil(missing / this.#rate) + Math.max(0, this.#at - Math.floor(now));
  }

  /** The mark is how far the level had fallen from its peak, in amounts. */
  take(amount: number, now: number, transitMs: number): number {
    this.#refill(now);
    if (this.#floor.narrow(now)) this.#measure();
    if (transitMs > 0) this.#overflow(Math.floor(now) + Math.ceil(transitMs));
    if (this.#level > this.#peak) this.#peak = this.#level;
    const fallen = (this.#peak - this.#level) / this.#scale;
    this.#level = Math.max(-MAX_UNITS, this.#level - amount * this.#scale);
    return fallen;
  }

  give(amount: number, _mark: number, now: number): void {
    this.#refill(now);
    this.#level = Math.min(this.#full, this.#level + amount * this.#scale);
  }

  set(level: number, now: number): void {
    this.#refill(now);
    const units = Math.min(this.#full, Math.round(level * this.#scale));
    this.#level = this.#peak = Math.max(-MAX_UNITS, units);
  }

  regained(since: number, now: number): number {
    return (Math.max(0, Math.floor(now) - Math.floor(since)) * this.#rate) / this.#scale;
  }

  resize(amount: number, now: number): void {
    this.#refill(now);
    const used = (this.#full - this.#level) / this.#scale;
    this.#state(amount);
    this.#level = Math.max(-MAX_UNITS, this.#full - Math.ceil(used * this.#scale));
    this.#peak = Math.max(this.#level, Math.min(this.#peak, this.#full));
  }

  /**
   * A refusal that the level does not explain. `mark`: of the refused taking. `isEmpty`: the upstream
   * says that nothing is left.
   */
  shrinkBurst(mark: number, { now, isEmpty }: { now: number; isEmpty: boolean }): void {
    this.#refill(now);
    this.#burst.shrink(mark * this.#scale, { at: Math.floor(now), isEmpty });
    this.#measure();
  }

  /** An answer tells how much can be spent at once. */
  tellBurst(amount: number, now: number): void {
    this.#refill(now);
    this.#burst.tell(amount * this.#scale, Math.floor(now));
    this.#measure();
  }

  /** A call sent at `sentAt` was refused although there was room by our estimates. */
  widenFloor(sentAt: number, now: number): void {
    this.#floor.widen(sentAt, now);
    this.#measure();
  }

  save(now: number): JsonObject {
    this.#refill(now);
    const lateMs = Math.max(0, this.#at - Math.floor(now));
    const { share } = this.#burst;
    return {
      used: (this.#full - this.#level) / this.#scale,
      ...(lateMs > 0 && { lateMs }),
      ...(share < 1 && { burst: share }),
    };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    this.#refill(now);
    const share = numberAt(saved, 'burst', { min: 0, max: 1, or: 1 });
    this.#burst.load(share, Math.floor(now));
    this.#measure();
    const used = numberAt(saved, 'used', { min: 0, max: MAX_UNITS / this.#scale, or: 0 });
    const lateMs = numberAt(saved, 'lateMs', { min: 0, max: this.#windowMs, or: 0 });
    const backMs = Math.floor(elapsedMs - lateMs);
    const level = this.#full - Math.ceil(used * this.#scale) + Math.max(0, backMs) * this.#rate;
    this.#level = this.#peak = Math.min(this.#full, level);
    this.#at = Math.floor(now) + Math.max(0, -backMs);
  }

  #state(amount: number): void {
    const windowMs = this.#windowMs;
    const divisor = greatestCommonDivisor(amount, windowMs);
    const exact = windowMs / divisor;
    this.#scale = amount * exact < MAX_UNITS ? exact : Math.floor(MAX_UNITS / amount);
    this.#rate =
      this.#scale === exact ? amount / divisor : Math.floor(amount * (this.#scale / windowMs));
    const whole = amount * this.#scale;
    const atOnce = this.#burstMs < windowMs ? this.#rate * this.#burstMs : whole;
    const stated = Math.max(this.#scale, atOnce);
    this.#largest = Math.floor(stated / this.#scale);
    this.#burst.state(stated, this.#scale);
    this.#measure();
  }

  /** After its burst or its floor is another. */
  #measure(): void {
    this.#full = this.#burst.full;
    this.#left = this.#floor.of(this.#full);
    this.#level = Math.min(this.#level, this.#full);
  }

  #refill(now: number): void {
    const at = Math.floor(now);
    if (this.#burst.regrow(at)) this.#measure();
    if (!(at > this.#at)) return;
    if (this.#level < this.#full)
      this.#level = Math.min(this.#full, this.#level + (at - this.#at) * this.#rate);
    this.#at = at;
  }

  /** What an upstream charges only at `chargedAt` cannot refill it before where it is full till then. */
  #overflow(chargedAt: number): void {
    const fullAt = this.#at + Math.floor((this.#full - this.#level) / this.#rate);
    if (chargedAt > fullAt) this.#at += chargedAt - fullAt;
  }
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
