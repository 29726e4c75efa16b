import type { Bucket } from '#simulator/bucket.ts';
import type { Gauge, Limit } from '#simulator/limit.ts';
import { nextMidnight } from '#simulator/midnight.ts';

/** Counts within windows of the wall clock and forgets at their ends: at full minutes, at midnight. */
export class FixedBucket implements Bucket {
  readonly of: Limit;
  readonly #wallAtZeroMs: number;
  #used = 0;
  /** When the present window began and ends, on the monotonic clock. */
  #beganMs = -Infinity;
  #endsMs = -Infinity;
  #fullMs = 0;
  /** Undefined until it is first asked. */
  #latestMs: number | undefined;

  constructor(of: Limit, wallAtZeroMs: number) {
    this.of = of;
    this.#wallAtZeroMs = Math.floor(wallAtZeroMs);
  }

  waitMs(amount: number, nowMs: number): number {
    if (amount > this.of.limit) return Infinity;
    const atMs = this.#roll(nowMs);
    return this.#used + amount <= this.of.limit ? 0 : this.#endsMs - atMs;
  }

  take(amount: number, nowMs: number): void {
    this.#roll(nowMs);
    this.#used += amount;
  }

  giveBack(amount: number, takenMs: number, nowMs: number): void {
    this.#roll(nowMs);
    if (Math.floor(takenMs) >= this.#beganMs) this.#used = Math.max(0, this.#used - amount);
  }

  gauge(nowMs: number): Gauge {
    const atMs = this.#roll(nowMs);
    const { limit } = this.of;
    return {
      ...this.of,
      capacity: limit,
      remaining: Math.max(0, limit - this.#used),
      used: this.#used,
      resetMs: this.#used === 0 ? 0 : this.#endsMs - atMs,
      fullMs: this.#fullMs,
    };
  }

  /** Begins the window that is now; returns the instant, in whole milliseconds that never run backwards. */
  #roll(nowMs: number): number {
    const beforeMs = (this.#latestMs ??= Math.floor(nowMs));
    const atMs = Math.max(beforeMs, Math.floor(nowMs));
    this.#latestMs = atMs;
    const fullFromMs = this.#used === 0 ? beforeMs : Math.max(beforeMs, this.#endsMs);
    this.#fullMs += Math.max(0, atMs - fullFromMs);
    if (atMs < this.#endsMs) return atMs;
    this.#beganMs = this.#endsMs;
    this.#endsMs = this.#windowEnd(atMs + this.#wallAtZeroMs) - this.#wallAtZeroMs;
    this.#used = 0;
    return atMs;
  }

  #windowEnd(wallMs: number): number {
    const { windowMs, resetZone } = this.of;
    return resetZone === undefined
      ? (Math.floor(wallMs / windowMs) + 1) * windowMs
      : nextMidnight(wallMs, resetZone);
  }
}
