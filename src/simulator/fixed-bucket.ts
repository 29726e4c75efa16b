import type { Bucket } from '#simulator/bucket.ts';
import { DAY_MS, type Gauge, type Limit } from '#simulator/limit.ts';
import { nextMidnight } from '#simulator/midnight.ts';

/** Counts within windows of the wall clock and forgets at their ends: at full minutes, at midnight. */
export class FixedBucket implements Bucket {
  readonly of: Limit;
  readonly #wallAtZeroMs: number;
  #used = 0;
  /** When the present window began and ends, on the monotonic clock. */
  #beganMs = -Infinity;
  #endsMs = -Infinity;

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
    };
  }

  #roll(nowMs: number): number {
    const atMs = Math.floor(nowMs);
    if (atMs >= this.#endsMs) {
      const wallMs = atMs + this.#wallAtZeroMs;
      const { windowMs, resetZone } = this.of;
      const wallEndMs =
        resetZone !== undefined && windowMs === DAY_MS
          ? nextMidnight(wallMs, resetZone)
          : (Math.floor(wallMs / windowMs) + 1) * windowMs;
      this.#beganMs = this.#endsMs === -Infinity ? -Infinity : this.#endsMs;
      this.#endsMs = wallEndMs - this.#wallAtZeroMs;
      this.#used = 0;
    }
    return Math.max(atMs, this.#beganMs);
  }
}
