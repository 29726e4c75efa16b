/** Of what one refusal leaves of a burst, and what of it comes back per minute without any. */
const SHRINK = 0.7;
const REGROW = 1.05;
const REGROW_MS = 60_000;

/** Bursts that are refused after so much more or less have the same reason. */
const ALIKE = 2;

/** What grew back and was refused again comes back so much more slowly each time, down to this. */
const SLOWER = 4;
const MAX_REGROW_MS = 16 * REGROW_MS;

/**
 * How much of a limit can be spent at once, as refusals show it. A vendor may count its minute in
 * shorter portions than it says. Amounts are in units of the limit's own.
 */
export class Burst {
  /** As it was stated. */
  #stated = 1;
  /** As it is known: from `least` to what was stated. */
  #full = 1;
  /** It never gets smaller than that. */
  #least = 1;
  /** What had been spent at once before the last refusal, and what that left of the burst. */
  #spent = NaN;
  #shrunk = Infinity;
  #regrownAt = 0;
  #regrowMs = REGROW_MS;

  get full(): number {
    return this.#full;
  }

  /** Of what was stated. */
  get share(): number {
    return this.#full / this.#stated;
  }

  /** What is known of it stays the same share. */
  state(stated: number, least: number): void {
    const { share } = this;
    this.#stated = stated;
    this.#least = least;
    this.#set(stated * share);
  }

  /** As it was saved. */
  load(share: number, at: number): void {
    this.#set(this.#stated * share);
    this.#regrownAt = at;
  }

  /**
   * A refusal that the level does not explain: less can be spent at once than was thought, but no
   * less than `spent`, which had been before. What is refused again after about as much is nearer to
   * that; and it is just that much where the upstream says that nothing is left (`isEmpty`).
   */
  shrink(spent: number, { at, isEmpty }: { readonly at: number; readonly isEmpty: boolean }): void {
    if (this.#full > this.#shrunk)
      this.#regrowMs = Math.min(MAX_REGROW_MS, this.#regrowMs * SLOWER);
    // What was counted is no guess: only somebody else's calls could make it less than there is.
    if (isEmpty) this.#regrowMs = Math.max(this.#regrowMs, REGROW_MS * SLOWER);
    const most = Math.min(this.#full, Math.max(this.#least, Math.floor(spent)));
    const isAlike = most <= this.#spent * ALIKE && this.#spent <= most * ALIKE;
    const nearer = isAlike ? Math.sqrt(this.#full) * Math.sqrt(most) : Infinity;
    this.#spent = most;
    this.#set(isEmpty ? most : Math.max(most, Math.min(this.#full * SHRINK, nearer)));
    this.#shrunk = this.#full;
    this.#regrownAt = at;
  }

  /** It is told: one answer that errs halves it at most. */
  tell(full: number, at: number): void {
    if (full >= this.#full) return;
    this.#set(Math.max(full, this.#full / 2));
    this.#shrunk = this.#full;
    this.#regrownAt = at;
  }

  /** Takes back what time has given; true when that is something. */
  regrow(at: number): boolean {
    if (this.#full === this.#stated) return false;
    const steps = Math.floor((at - this.#regrownAt) / this.#regrowMs);
    if (steps < 1) return false;
    this.#set(this.#full * REGROW ** steps);
    this.#regrownAt += steps * this.#regrowMs;
    // So much more was not refused: it was another reason then.
    if (this.#full > 2 * this.#shrunk) this.#regrowMs = REGROW_MS;
    return true;
  }

  #set(full: number): void {
    this.#full = Math.min(this.#stated, Math.max(this.#least, Math.floor(full)));
  }
}
