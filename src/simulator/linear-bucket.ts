import type { Bucket } from '#simulator/bucket.ts';
import type { Gauge, Limit } from '#simulator/limit.ts';

/**
 * Starts full and refills linearly. The level is kept in units of 1/window of a request or token
 * and time in whole milliseconds, so that every sum is of whole numbers and a client which waits
 * exactly as long as it was told finds the room it was promised.
 */
export class LinearBucket implements Bucket {
  readonly of: Limit;
  readonly #capacityUnits: number;
  #levelUnits: number;
  #fullMs = 0;
  /** Undefined until it is first asked. */
  #atMs: number | undefined;

  constructor(of: Limit) {
    this.of = of;
    // A bucket that cannot hold one request would never let anybody in.
    this.#capacityUnits = Math.max(of.windowMs, of.limit * (of.burstMs ?? of.windowMs));
    this.#levelUnits = this.#capacityUnits;
  }

  waitMs(amount: number, nowMs: number): number {
    const { limit, windowMs } = this.of;
    if (amount * windowMs > this.#capacityUnits) return Infinity;
    const missingUnits = amount * windowMs - this.#refilled(nowMs);
    return missingUnits <= 0 ? 0 : Math.ceil(missingUnits / limit);
  }

  take(amount: number, nowMs: number): void {
    this.#levelUnits = this.#refilled(nowMs) - amount * this.of.windowMs;
  }

  giveBack(amount: number, _takenMs: number, nowMs: number): void {
    const levelUnits = this.#refilled(nowMs) + amount * this.of.windowMs;
    this.#levelUnits = Math.min(this.#capacityUnits, levelUnits);
  }

  gauge(nowMs: number): Gauge {
    const { limit, windowMs } = this.of;
    const level = Math.floor(this.#refilled(nowMs) / windowMs);
    return {
      ...this.of,
      capacity: Math.floor(this.#capacityUnits / windowMs),
      remaining: Math.max(0, level),
      used: limit - level,
      resetMs: Math.ceil((this.#capacityUnits - this.#levelUnits) / limit),
      fullMs: this.#fullMs,
    };
  }

  #refilled(nowMs: number): number {
    const atMs = Math.floor(nowMs);
    this.#atMs ??= atMs;
    if (atMs > this.#atMs) {
      const elapsedMs = atMs - this.#atMs;
      const missingUnits = this.#capacityUnits - this.#levelUnits;
      const refillUnits = elapsedMs * this.of.limit;
      this.#levelUnits += Math.min(missingUnits, refillUnits);
      this.#fullMs += Math.max(0, elapsedMs - Math.ceil(missingUnits / this.of.limit));
      this.#atMs = atMs;
    }
    return this.#levelUnits;
  }
}
