import { dollarsOf } from '#keys/money.ts';
import { type Bound, type Purse, PurseHold } from '#keys/purse.ts';
import type { Payment } from '#store/spend.ts';

/** The sums that somebody's calls add to, such as a deployment's own and its vendor's, and how far each may go. */
export interface PaidPurses {
  readonly purses: readonly Purse[];
  readonly bounds: readonly Bound[];
  /** What they are sums of. */
  readonly payments: readonly Payment[];
}

/**
 * What deployments and vendors may be paid, on behalf of one request: whoever cannot be is not asked,
 * and what the request may come to is set aside with whoever is.
 */
export class UpstreamMoney {
  readonly #of: (deployment: string) => PaidPurses;
  readonly #mostNanos: number;
  readonly #isGuess: boolean;
  #held: { readonly deployment: string; readonly hold: PurseHold } | undefined;

  /** `isGuess`: it may come to more, or to less; nobody is passed over for that. */
  constructor(
    of: (deployment: string) => PaidPurses,
    { mostNanos, isGuess }: { readonly mostNanos: number; readonly isGuess: boolean },
  ) {
    this.#of = of;
    this.#mostNanos = mostNanos;
    this.#isGuess = isGuess;
  }

  short(deployment: string): string | undefined {
    const { bounds } = this.#of(deployment);
    const bound = PurseHold.shortOf(bounds, this.#nanos(bounds));
    if (!bound) return undefined;
    const { label, maxNanos, purse } = bound;
    const spent = `${dollarsOf(purse.spentNanos)} of ${dollarsOf(maxNanos)} dollars`;
    return `budget of ${label}: ${spent} spent${bound.resetMs === undefined ? '' : `, anew at ${new Date(bound.resetMs).toISOString()}`}`;
  }

  take(deployment: string): void {
    this.#held?.hold.settle(0);
    const { purses, bounds } = this.#of(deployment);
    // Whoever asked in this same turn has heard that there is room.
    this.#held = { deployment, hold: PurseHold.unbounded(purses, this.#nanos(bounds)) };
  }

  #nanos(bounds: readonly Bound[]): number {
    return this.#isGuess ? PurseHold.guessed(bounds, this.#mostNanos) : this.#mostNanos;
  }

  /** Takes what it came to with whoever served it, and gives back all else; the sums that it adds to. */
  settle(deployment: string, nanos: number): readonly Payment[] {
    const isServed = this.#held?.deployment === deployment;
    this.#held?.hold.settle(isServed ? nanos : 0);
    this.#held = undefined;
    if (!isServed) return [];
    return this.#of(deployment).payments;
  }
}
