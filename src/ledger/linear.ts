import type { JsonObject } from '#core/json.ts';
import type { Bucket } from '#ledger/bucket.ts';
import type { Limit } from '#ledger/limit.ts';
import { numberAt } from '#ledger/saved.ts';

/** Levels stay below this, and debts above its negative: every sum is exact in a double. */
const MAX_UNITS = 2 ** 51;

/** Of what one refusal leaves of a burst, and what of it comes back per minute without any. */
const SHRINK = 0.7;
const REGROW = 1.05;
const REGROW_MS = 60_000;

/** Bursts that are refused after so much more or less have the same reason. */
const ALIKE = 2;

/** What grew back and was refused again comes back half as fast each time, down to this. */
const MAX_REGROW_MS = 16 * REGROW_MS;

/** A floor that did not do is doubled, up to so many times itself, and shrinks by this per minute. */
const WIDEN = 2;
const MAX_WIDER = 8;
const NARROW = 1.1;

/**
 * Refills evenly. A level is a whole number of units, 1/`scale` of an amount each, of which `rate`
 * come per ms: for all but the largest limits exactly amount/window, so that who waits as long as it
 * was told finds what it was promised. A vendor may spend its minute in shorter portions than it
 * says; then the burst is learned: shrunk by refusals, regrown by their absence.
 */
export class LinearBucket implements Bucket {
  readonly #windowMs: number;
  readonly #burstMs: number;
  readonly #floorShare: number;
  #scale = 1;
  #rate = 1;
  /** When full, as it was stated. */
  #stated = 1;
  #largest = 1;
  /** When full, as it was learned: at most as stated. */
  #full = 1;
  #floor = 0;
  /** How many times its share the floor is, and since when. */
  #wider = 1;
  #widerAt = -Infinity;
  #level = 0;
  /** The instant up to which the refill is in the level; may lie ahead. */
  #at: number;
  /** The highest level since something was last known of it. */
  #peak = 0;
  #regrownAt = 0;
  #regrowMs = REGROW_MS;
  /** What had been spent at once before the last refusal. */
  #spent = NaN;
  /** What refusals left of the burst, before it grew back. */
  #shrunk = Infinity;

  constructor(limit: Limit, floorShare: number, now: number) {
    this.#windowMs = limit.windowMs;
    this.#burstMs = limit.burstMs ?? limit.windowMs;
    this.#floorShare = floorShare;
    this.#at = Math.floor(now);
    this.#state(limit.amount, 1);
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
    const missing = Math.min(amount * this.#scale + this.#floor, this.#full) - this.#level;
    if (missing <= 0) return 0;
    return Math.ceil(missing / this.#rate) + Math.max(0, this.#at - Math.floor(now));
  }

  /** The mark is how far the level had fallen from its peak, in amounts. */
  take(amount: number, now: number, transitMs: number): number {
    this.#refill(now);
    if (this.#wider > 1) this.#narrow(now);
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
    this.#state(amount, this.#full / this.#stated);
    this.#level = Math.max(-MAX_UNITS, this.#full - Math.ceil(used * this.#scale));
    this.#peak = Math.max(this.#level, Math.min(this.#peak, this.#full));
  }

  /**
   * A refusal that the level does not explain: less can be spent at once than was thought. `fallen`,
   * the mark of the refused taking, is what had been spent at once and not refused: no less is left.
   * What is refused again after about as much is nearer to that.
   */
  shrink(fallen: number, now: number): void {
    this.#refill(now);
    if (this.#full > this.#shrunk) this.#regrowMs = Math.min(MAX_REGROW_MS, this.#regrowMs * 2);
    const spent = Math.min(this.#full, Math.max(this.#scale, Math.floor(fallen * this.#scale)));
    const isAlike = spent <= this.#spent * ALIKE && this.#spent <= spent * ALIKE;
    const less = isAlike ? Math.sqrt(this.#full) * Math.sqrt(spent) : Infinity;
    this.#spent = spent;
    this.#full = Math.max(spent, Math.floor(Math.min(this.#full * SHRINK, less)));
    this.#shrunk = this.#full = Math.min(this.#full, this.#stated);
    this.#level = Math.min(this.#level, this.#full);
    this.#layFloor();
    this.#regrownAt = Math.floor(now);
  }

  /** A call sent at `sentAt` was refused for which there was room by our estimates. */
  widenFloor(sentAt: number, now: number): void {
    if (sentAt <= this.#widerAt) return;
    this.#wider = Math.min(MAX_WIDER, this.#wider * WIDEN);
    this.#widerAt = now;
    this.#layFloor();
  }

  save(now: number): JsonObject {
    this.#refill(now);
    const lateMs = Math.max(0, this.#at - Math.floor(now));
    const burst = this.#full / this.#stated;
    return {
      used: (this.#full - this.#level) / this.#scale,
      ...(lateMs > 0 && { lateMs }),
      ...(burst < 1 && { burst }),
    };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    this.#refill(now);
    const burst = numberAt(saved, 'burst', { min: 0, max: 1, or: 1 });
    this.#full = Math.max(this.#scale, Math.floor(this.#stated * burst));
    this.#layFloor();
    this.#regrownAt = Math.floor(now);
    const used = numberAt(saved, 'used', { min: 0, max: MAX_UNITS / this.#scale, or: 0 });
    const lateMs = numberAt(saved, 'lateMs', { min: 0, max: this.#windowMs, or: 0 });
    const backMs = Math.floor(elapsedMs - lateMs);
    const level = this.#full - Math.ceil(used * this.#scale) + Math.max(0, backMs) * this.#rate;
    this.#level = this.#peak = Math.min(this.#full, level);
    this.#at = Math.floor(now) + Math.max(0, -backMs);
  }

  #state(amount: number, burstShare: number): void {
    const windowMs = this.#windowMs;
    const divisor = greatestCommonDivisor(amount, windowMs);
    const exact = windowMs / divisor;
    this.#scale = amount * exact < MAX_UNITS ? exact : Math.floor(MAX_UNITS / amount);
    this.#rate =
      this.#scale === exact ? amount / divisor : Math.floor(amount * (this.#scale / windowMs));
    const whole = amount * this.#scale;
    const atOnce = this.#burstMs < windowMs ? this.#rate * this.#burstMs : whole;
    this.#stated = Math.max(this.#scale, atOnce);
    this.#largest = Math.floor(this.#stated / this.#scale);
    this.#full = Math.max(this.#scale, Math.floor(this.#stated * burstShare));
    this.#layFloor();
  }

  #narrow(now: number): void {
    const steps = Math.floor((now - this.#widerAt) / REGROW_MS);
    if (steps < 1) return;
    this.#wider = Math.max(1, this.#wider / NARROW ** steps);
    this.#widerAt += steps * REGROW_MS;
    this.#layFloor();
  }

  #layFloor(): void {
    this.#floor = Math.floor(this.#full * Math.min(1, this.#floorShare * this.#wider));
  }

  #refill(now: number): void {
    const at = Math.floor(now);
    if (this.#full < this.#stated) this.#regrow(at);
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

  #regrow(at: number): void {
    const steps = Math.floor((at - this.#regrownAt) / this.#regrowMs);
    if (steps < 1) return;
    this.#full = Math.min(this.#stated, Math.floor(this.#full * REGROW ** steps));
    this.#layFloor();
    this.#regrownAt += steps * this.#regrowMs;
    // So much more was not refused: it was another reason then.
    if (this.#full > 2 * this.#shrunk) this.#regrowMs = REGROW_MS;
  }
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
