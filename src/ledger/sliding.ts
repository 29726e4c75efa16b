import { type Json, type JsonObject, own } from '#core/json.ts';
import type { Bucket } from '#ledger/bucket.ts';
import { type Limit, MAX_AMOUNT } from '#ledger/limit.ts';
import { isBetween } from '#ledger/saved.ts';

/** Into how many parts a window is cut at most; what is taken in one comes back with its last ms. */
const PARTS = 120;

/** How many parts ahead a call may be on its way, and how many are kept with those that came back. */
const AHEAD = 32;
const KEPT = 192;

const MAX_USED = 4 * MAX_AMOUNT;

/**
 * What is taken comes back one window later, at the earliest: takings are kept by parts of a window,
 * so that memory has a bound. Windows of up to 120 ms are exact.
 */
export class SlidingBucket implements Bucket {
  readonly #windowMs: number;
  readonly #partMs: number;
  readonly #floorShare: number;
  #amount: number;
  /** By part number modulo `KEPT`; stays a while after it came back. */
  readonly #taken = new Float64Array(KEPT);
  /** The sum of what has not come back: of the parts from the oldest to the newest. */
  #used = 0;
  #oldest: number;
  #newest: number;

  constructor(limit: Limit, floorShare: number, now: number) {
    this.#windowMs = limit.windowMs;
    this.#partMs = Math.ceil(limit.windowMs / PARTS);
    this.#floorShare = floorShare;
    this.#amount = limit.amount;
    this.#oldest = this.#oldestAt(now);
    this.#newest = this.#partOf(now);
  }

  get capacity(): number {
    return this.#amount;
  }

  get largest(): number {
    return this.#amount;
  }

  level(now: number): number {
    this.#expire(now);
    return this.#amount - this.#used;
  }

  waitMs(amount: number, now: number): number {
    this.#expire(now);
    const need = Math.min(amount + Math.floor(this.#amount * this.#floorShare), this.#amount);
    let missing = need - (this.#amount - this.#used);
    if (missing <= 0) return 0;
    let part = this.#oldest;
    for (; part < this.#newest; part++) {
      missing -= this.#taken[slot(part)]!;
      if (missing <= 0) break;
    }
    return this.#backAt(part) - Math.floor(now);
  }

  /** The mark is the part in which the upstream is to count it. */
  take(amount: number, now: number, transitMs: number): number {
    this.#expire(now);
    const part = Math.min(this.#partOf(now + transitMs), this.#partOf(now) + AHEAD);
    const mark = Math.max(part, this.#newest);
    this.#add(amount, mark);
    return mark;
  }

  give(amount: number, mark: number, now: number): void {
    this.#expire(now);
    if (mark < this.#oldest || mark > this.#newest) return;
    const given = Math.min(amount, this.#taken[slot(mark)]!);
    this.#taken[slot(mark)]! -= given;
    this.#used -= given;
  }

  /** Somebody else's takings count from now on; what was counted in vain is the oldest. */
  set(level: number, now: number): void {
    this.#expire(now);
    let surplus = Math.round(level) - (this.#amount - this.#used);
    if (surplus < 0) this.take(-surplus, now, 0);
    for (let part = this.#oldest; part <= this.#newest && surplus > 0; part++) {
      const given = Math.min(surplus, this.#taken[slot(part)]!);
      this.give(given, part, now);
      surplus -= given;
    }
  }

  regained(since: number, now: number): number {
    this.#expire(now);
    const first = this.#oldestAt(since);
    if (first <= this.#newest - KEPT) return NaN;
    let back = 0;
    for (let part = first; part < this.#oldest; part++) back += this.#taken[slot(part)]!;
    return back;
  }

  resize(amount: number): void {
    this.#amount = amount;
  }

  save(now: number): JsonObject {
    this.#expire(now);
    const taken: Json[] = [];
    for (let part = this.#oldest; part <= this.#newest; part++) {
      const amount = this.#taken[slot(part)]!;
      if (amount > 0) taken.push([this.#backAt(part) - Math.floor(now), amount]);
    }
    return { taken };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    this.#expire(now);
    const taken = own(saved, 'taken');
    if (!Array.isArray(taken)) return;
    for (const entry of taken.slice(0, KEPT)) {
      const [backMs, amount] = Array.isArray(entry) ? entry : [];
      if (!isBetween(backMs, 1, 2 * this.#windowMs) || !isBetween(amount, 0, MAX_AMOUNT)) continue;
      const backAt = Math.floor(now) + Math.ceil(backMs - elapsedMs);
      const part = Math.ceil((backAt + 1 - this.#windowMs) / this.#partMs) - 1;
      if (backAt > now) this.#add(Math.ceil(amount), Math.min(part, this.#partOf(now) + AHEAD));
    }
  }

  #add(amount: number, part: number): void {
    this.#advance(part);
    const added = Math.min(amount, MAX_USED - this.#used);
    this.#taken[slot(part)]! += added;
    this.#used += added;
  }

  #partOf(at: number): number {
    return Math.floor(Math.floor(at) / this.#partMs);
  }

  /** When all that was taken in a part has come back. */
  #backAt(part: number): number {
    return (part + 1) * this.#partMs - 1 + this.#windowMs;
  }

  /** The first part that has not come back at an instant. */
  #oldestAt(at: number): number {
    return this.#partOf(Math.floor(at) - this.#windowMs + 1);
  }

  #expire(now: number): void {
    const first = this.#oldestAt(now);
    if (!(first > this.#oldest)) return;
    const end = Math.min(first, this.#newest + 1);
    for (let part = this.#oldest; part < end; part++) this.#used -= this.#taken[slot(part)]!;
    this.#oldest = first;
    this.#advance(first);
  }

  #advance(part: number): void {
    if (part <= this.#newest) return;
    if (part - this.#newest >= KEPT) this.#taken.fill(0);
    else for (let at = this.#newest + 1; at <= part; at++) this.#taken[slot(at)] = 0;
    this.#newest = part;
  }
}

const slot = (part: number): number => part - Math.floor(part / KEPT) * KEPT;
