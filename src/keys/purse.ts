import type { Paid, Payment } from '#store/spend.ts';

/** A sum that may have a bound: what was spent of it since an instant, and what is set aside. */
export interface Purse {
  readonly payment: Payment;
  /** When its window is over, Unix epoch ms; Infinity: never. */
  readonly endsMs: number;
  spentNanos: number;
  reservedNanos: number;
  /** Of what was spent, what this process has not put into the store yet. */
  unwrittenNanos: number;
}

/** A bound on a purse: who asks for more is refused in the words of `refusal`. */
export interface Bound {
  readonly purse: Purse;
  /** Whole nano-dollars, ≥ 0. */
  readonly maxNanos: number;
  /** When the sum begins anew, Unix epoch ms; absent where it never does. */
  readonly resetMs?: number;
  /** Whose it is, for people: `Team=dev`. */
  readonly label: string;
}

/** So many new sums, and those whose windows are over go. */
const SWEEP_EVERY = 10_000;
/** What a window may be looked at after its end, ms: requests may be under way for long. */
const KEPT_MS = 86_400_000;

/** All sums of one process. Nothing here waits: whoever reserves has it, or knows at once that not. */
export class PurseBook {
  /** Of all that was ever spent, by kind and id: every request looks for some, and none ever goes. */
  readonly #totals = new Map<Payment['kind'], Map<string, Purse>>();
  /** Of windows. */
  readonly #purses = new Map<string, Purse>();
  #made = 0;

  /** The sum of a payer; a new one is empty. */
  purse(payment: Payment, endsMs = Infinity): Purse {
    if (payment.sinceMs === 0) return this.#total(payment);
    const key = `${payment.kind}\n${payment.sinceMs}\n${payment.id}`;
    const known = this.#purses.get(key);
    if (known) return known;
    const made = emptyPurse(payment, endsMs);
    if (++this.#made % SWEEP_EVERY === 0 && endsMs !== Infinity) this.#sweep(payment.sinceMs);
    this.#purses.set(key, made);
    return made;
  }

  /** What was spent and is not in the store yet. */
  unwritten(paid: readonly Paid[]): void {
    for (const { nanos, ...payment } of paid) {
      const purse = this.purse(payment);
      purse.spentNanos += nanos;
      purse.unwrittenNanos += nanos;
    }
  }

  /** What this process has put into the store. */
  written(paid: readonly Paid[]): void {
    for (const { nanos, ...payment } of paid) this.purse(payment).unwrittenNanos -= nanos;
  }

  /** What the store says, which others write to as well, and what is on its way there. */
  take(stored: readonly Paid[]): void {
    for (const { nanos, ...payment } of stored) {
      const purse = this.purse(payment);
      purse.spentNanos = nanos + purse.unwrittenNanos;
    }
  }

  /** Sums of windows that began before this instant are asked for no more. */
  forget(beforeMs: number): void {
    for (const [key, { payment, reservedNanos, unwrittenNanos }] of this.#purses)
      if (payment.sinceMs < beforeMs)
        if (reservedNanos === 0 && unwrittenNanos === 0) this.#purses.delete(key);
  }

  #total(payment: Payment): Purse {
    const { kind, id } = payment;
    let all = this.#totals.get(kind);
    if (!all) this.#totals.set(kind, (all = new Map()));
    let total = all.get(id);
    if (!total) all.set(id, (total = emptyPurse(payment, Infinity)));
    return total;
  }

  /** An instant that has come for sure: the beginning of a window that runs. */
  #sweep(nowMs: number): void {
    for (const [key, { endsMs, reservedNanos }] of this.#purses)
      if (endsMs + KEPT_MS < nowMs && reservedNanos === 0) this.#purses.delete(key);
  }
}

const emptyPurse = (payment: Payment, endsMs: number): Purse => ({
  payment,
  endsMs,
  spentNanos: 0,
  reservedNanos: 0,
  unwrittenNanos: 0,
});

/** Money set aside for one request in every purse that it draws from. It ends exactly once. */
export class PurseHold {
  readonly #purses: readonly Purse[];
  readonly #nanos: number;
  #isOpen = true;

  private constructor(purses: readonly Purse[], nanos: number) {
    this.#purses = purses;
    this.#nanos = nanos;
  }

  /** The first bound that it would go beyond, or the hold, which is in all purses or in none. */
  static take(
    purses: readonly Purse[],
    bounds: readonly Bound[],
    nanos: number,
  ): PurseHold | Bound {
    return PurseHold.shortOf(bounds, nanos) ?? PurseHold.unbounded(purses, nanos);
  }

  /** The same for who knows that there is room. */
  static unbounded(purses: readonly Purse[], nanos: number): PurseHold {
    for (const purse of purses) purse.reservedNanos += nanos;
    return new PurseHold(purses, nanos);
  }

  /** The first bound that so much more would go beyond. */
  static shortOf(bounds: readonly Bound[], nanos: number): Bound | undefined {
    for (const bound of bounds) if (!hasRoom(bound, nanos)) return bound;
    return undefined;
  }

  /**
   * What is set aside for a guess: no more than is left, so that nothing is refused for being unknown. All
   * of it where nothing is left.
   */
  static guessed(bounds: readonly Bound[], nanos: number): number {
    let least = nanos;
    for (const { purse, maxNanos } of bounds)
      least = Math.min(least, maxNanos - purse.spentNanos - purse.reservedNanos);
    return least > 0 ? least : nanos;
  }

  /** What it came to is spent, be it more or less than was set aside. */
  settle(nanos: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const purse of this.#purses) {
      purse.reservedNanos -= this.#nanos;
      purse.spentNanos += nanos;
      purse.unwrittenNanos += nanos;
    }
  }
}

/** A budget that is used up lets nothing through, not even what costs nothing. */
const hasRoom = ({ purse, maxNanos }: Bound, nanos: number): boolean =>
  purse.spentNanos < maxNanos && purse.spentNanos + purse.reservedNanos + nanos <= maxNanos;
