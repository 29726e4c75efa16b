import type { Bucket } from '#simulator/bucket.ts';
import type { Gauge, Limit } from '#simulator/limit.ts';

/** The most takings that are told apart within a window: those closer together come back together. */
const MOST_SLOTS = 60_000;

interface Taking {
  readonly atMs: number;
  amount: number;
}

/** Lets `limit` through within any span of a window: each taking comes back one window later. */
export class SlidingBucket implements Bucket {
  readonly of: Limit;
  readonly #slotMs: number;
  #takings: Taking[] = [];
  /** The first taking that still counts. */
  #first = 0;
  #used = 0;
  #fullMs = 0;
  /** Undefined until it is first asked. */
  #latestMs: number | undefined;

  constructor(of: Limit) {
    this.of = of;
    this.#slotMs = Math.max(1, Math.ceil(of.windowMs / MOST_SLOTS));
  }

  waitMs(amount: number, nowMs: number): number {
    const { limit, windowMs } = this.of;
    if (amount > limit) return Infinity;
    const atMs = this.#forget(nowMs);
    let over = this.#used + amount - limit;
    for (let i = this.#first; over > 0; i++) {
      const taking = this.#takings[i];
      if (taking === undefined) break;
      over -= taking.amount;
      if (over <= 0) return taking.atMs + windowMs - atMs;
    }
    return 0;
  }

  take(amount: number, nowMs: number): void {
    const slotMs = this.#slotOf(this.#forget(nowMs));
    const last = this.#takings.at(-1);
    if (last?.atMs === slotMs) last.amount += amount;
    else this.#takings.push({ atMs: slotMs, amount });
    this.#used += amount;
  }

  giveBack(amount: number, takenMs: number, nowMs: number): void {
    const atMs = this.#forget(nowMs);
    const slotMs = this.#slotOf(Math.floor(takenMs));
    if (slotMs + this.of.windowMs <= atMs) return;
    const taking = this.#takings.findLast(({ atMs }) => atMs <= slotMs);
    if (taking?.atMs !== slotMs) return;
    const given = Math.min(amount, taking.amount);
    taking.amount -= given;
    this.#used -= given;
  }

  gauge(nowMs: number): Gauge {
    const { limit } = this.of;
    const atMs = this.#forget(nowMs);
    return {
      ...this.of,
      capacity: limit,
      remaining: Math.max(0, limit - this.#used),
      used: this.#used,
      resetMs: this.#used === 0 ? 0 : this.#emptyMs() - atMs,
      fullMs: this.#fullMs,
    };
  }

  /** When the last taking comes back. */
  #emptyMs(): number {
    const last = this.#takings.findLast(({ amount }) => amount > 0);
    return last === undefined ? -Infinity : last.atMs + this.of.windowMs;
  }

  /** Drops what has come back; returns the instant, in whole milliseconds that never run backwards. */
  #forget(nowMs: number): number {
    const beforeMs = (this.#latestMs ??= Math.floor(nowMs));
    const atMs = Math.max(beforeMs, Math.floor(nowMs));
    this.#latestMs = atMs;
    const fullFromMs = this.#used === 0 ? beforeMs : Math.max(beforeMs, this.#emptyMs());
    this.#fullMs += Math.max(0, atMs - fullFromMs);
    for (let taking = this.#takings[this.#first]; taking; taking = this.#takings[this.#first]) {
      if (taking.atMs + this.of.windowMs > atMs) break;
      this.#used -= taking.amount;
      this.#first++;
    }
    // Cutting only when most is gone makes forgetting cheap on average.
    if (this.#first > 64 && this.#first * 2 > this.#takings.length) {
      this.#takings = this.#takings.slice(this.#first);
      this.#first = 0;
    }
    return atMs;
  }

  /** Rounded up, so that nothing comes back early. */
  #slotOf(atMs: number): number {
    return Math.ceil(atMs / this.#slotMs) * this.#slotMs;
  }
}
