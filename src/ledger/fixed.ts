import type { JsonObject } from '#core/json.ts';
import type { Bucket } from '#ledger/bucket.ts';
import { type Limit, MAX_AMOUNT } from '#ledger/limit.ts';
import { numberAt } from '#ledger/saved.ts';

const MAX_USED = 4 * MAX_AMOUNT;

/**
 * Comes back whole at the end of each window. Windows follow one another from a known instant, or
 * each begins with the first taking after the last one's end.
 */
export class FixedBucket implements Bucket {
  readonly #windowMs: number;
  readonly #floorShare: number;
  #aligned: boolean;
  #amount: number;
  /** When the running window began; NaN while none runs. */
  #start = NaN;
  #used = 0;
  /** Of what is used, what arrives upstream only in the window after the running one, and when. */
  #late = 0;
  #lateStart = NaN;
  /** The latest instant so far. */
  #seen: number;
  /** Where the running window was thought to begin, by marks from before it was moved. */
  #former = NaN;

  constructor(limit: Limit, floorShare: number, now: number) {
    this.#windowMs = limit.windowMs;
    this.#floorShare = floorShare;
    this.#amount = limit.amount;
    this.#seen = Math.floor(now);
    this.#aligned = limit.startsAt !== undefined;
    if (limit.startsAt !== undefined) this.#align(limit.startsAt, now);
  }

  get capacity(): number {
    return this.#amount;
  }

  get largest(): number {
    return this.#amount;
  }

  level(now: number): number {
    this.#roll(now);
    return this.#amount - this.#used;
  }

  waitMs(amount: number, now: number): number {
    this.#roll(now);
    const need = Math.min(amount + Math.floor(this.#amount * this.#floorShare), this.#amount);
    if (need <= this.#amount - this.#used) return 0;
    const start = need <= this.#amount - this.#late ? this.#start : this.#following();
    return start + this.#windowMs - Math.floor(now);
  }

  /** The mark is the beginning of the window in which the upstream is to count it. */
  take(amount: number, now: number, transitMs: number): number {
    this.#roll(now);
    const arrival = this.#seen + Math.ceil(transitMs);
    const added = Math.min(amount, MAX_USED - this.#used);
    this.#used += added;
    if (Number.isNaN(this.#start)) this.#start = arrival;
    if (arrival < this.#start + this.#windowMs) return this.#start;
    if (!this.#aligned && Number.isNaN(this.#lateStart)) this.#lateStart = arrival;
    this.#late += added;
    return this.#following();
  }

  give(amount: number, mark: number, now: number): void {
    this.#roll(now);
    const late = mark === this.#following();
    if (!late && mark !== this.#start && mark !== this.#former) return;
    this.#used -= Math.min(amount, this.#used);
    if (late) this.#late -= Math.min(amount, this.#late);
    if (this.#used === 0 && !this.#aligned) this.#start = this.#lateStart = NaN;
  }

  set(level: number, now: number): void {
    this.#roll(now);
    this.#used = Math.min(MAX_USED, Math.max(0, this.#amount - Math.round(level)));
    this.#late = Math.min(this.#late, this.#used);
    if (this.#used > 0 && Number.isNaN(this.#start)) this.#start = this.#seen;
  }

  regained(since: number, now: number): number {
    this.#roll(now);
    const start = Number.isNaN(this.#start) ? this.#seen : this.#start;
    return Math.floor(since) >= start ? 0 : NaN;
  }

  resize(amount: number): void {
    this.#amount = amount;
  }

  /** What is used comes back at this instant, and from then on a window after a window. */
  endAt(end: number, now: number): void {
    this.#roll(now);
    this.#aligned = true;
    this.#former = this.#start;
    this.#align(Math.ceil(end), now);
  }

  save(now: number): JsonObject {
    this.#roll(now);
    if (this.#used === 0) return {};
    return { used: this.#used, ageMs: Math.floor(now) - this.#start };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    this.#roll(now);
    const used = Math.ceil(numberAt(saved, 'used', { min: 0, max: MAX_USED, or: 0 }));
    const bounds = { min: -this.#windowMs, max: this.#windowMs, or: this.#windowMs };
    const start = Math.floor(now) - numberAt(saved, 'ageMs', bounds) - Math.floor(elapsedMs);
    if (used === 0 || start + this.#windowMs <= now) return;
    if (!this.#aligned) this.#start = start;
    else if (Math.abs(start - this.#start) > this.#windowMs / 2) return;
    this.#used = used;
  }

  /** Where the window after the running one begins, as far as it is known: else NaN. */
  #following(): number {
    return this.#aligned ? this.#start + this.#windowMs : this.#lateStart;
  }

  #align(startsAt: number, now: number): void {
    const windows = Math.floor((Math.floor(now) - startsAt) / this.#windowMs);
    this.#start = startsAt + windows * this.#windowMs;
  }

  #roll(now: number): void {
    const at = Math.floor(now);
    if (at > this.#seen) this.#seen = at;
    if (!(at >= this.#start + this.#windowMs)) return;
    const following = this.#following();
    const next = at < following + this.#windowMs;
    this.#used = next ? this.#late : 0;
    if (next) this.#start = following;
    else if (this.#aligned) this.#align(this.#start, now);
    else this.#start = NaN;
    this.#late = 0;
    this.#lateStart = this.#former = NaN;
  }
}
