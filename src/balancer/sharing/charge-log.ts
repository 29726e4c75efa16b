import type { Cost, Dimension } from '#core/quota.ts';

/** What tellings are compared in. */
const COUNTED: readonly Dimension[] = ['requests', 'tokens', 'input', 'output'];

/** Charges that lie closer together are one entry, ms. */
const STEP_MS = 20;
/** So many entries reach back five seconds at least, however many calls there are. */
const MOST_ENTRIES = 512;

export interface Charged {
  readonly at: number;
  readonly amount: number;
}

interface Entry {
  readonly at: number;
  readonly amounts: number[];
}

/** What one account was charged of late, and when. */
export class ChargeLog {
  #entries: Entry[] = [];
  #completeFrom = -Infinity;

  /** Of the newest entry; -Infinity where there is none. */
  get lastAt(): number {
    return this.#entries.at(-1)?.at ?? -Infinity;
  }

  /** Whether nothing since then has been forgotten. */
  reachesBack(to: number): boolean {
    return to >= this.#completeFrom;
  }

  add(cost: Cost, at: number): void {
    this.#enter(cost, 1, at);
  }

  takeBack(cost: Cost, at: number): void {
    this.#enter(cost, -1, at);
  }

  /** Adds what was charged from `from` to `to`, both included, to `into`, in its order. */
  collect(dimension: Dimension, [from, to]: readonly [number, number], into: Charged[]): void {
    const place = COUNTED.indexOf(dimension);
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const { at, amounts } = this.#entries[i]!;
      if (at < from) break;
      const amount = amounts[place] ?? 0;
      if (at <= to && amount !== 0) into.push({ at, amount });
    }
  }

  #enter(cost: Cost, sign: 1 | -1, at: number): void {
    const last = this.#entries.at(-1);
    const amounts = COUNTED.map((dimension) => sign * (cost[dimension] ?? 0));
    if (amounts.every((amount) => amount === 0)) return;
    if (last && at < last.at + STEP_MS)
      for (const [place, amount] of amounts.entries()) last.amounts[place]! += amount;
    else this.#entries.push({ at, amounts });
    if (this.#entries.length <= MOST_ENTRIES) return;
    const [forgotten] = this.#entries.splice(0, MOST_ENTRIES / 2).slice(-1);
    this.#completeFrom = forgotten!.at + STEP_MS;
  }
}
