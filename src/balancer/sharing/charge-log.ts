import type { Cost, Dimension } from '#core/quota.ts';

/** What tellings are compared in. */
const COUNTED: readonly Dimension[] = ['requests', 'tokens', 'input', 'output'];

/** Charges of one account that lie closer together are one entry, ms. */
const STEP_MS = 50;
/** Half of them reach back two seconds and more, however many calls of 20 accounts there are. */
const MOST_ENTRIES = 2048;

interface Entry {
  readonly account: string;
  readonly at: number;
  /** In the order of `COUNTED`. */
  readonly amounts: [number, number, number, number];
}

/** What several accounts were charged of late, and when. */
export class ChargeLog {
  /** In the order of their instants. */
  #entries: Entry[] = [];
  readonly #newest = new Map<string, Entry>();
  #completeFrom = -Infinity;

  /** When an account was charged last; -Infinity where that is not known. */
  lastAt(account: string): number {
    return this.#newest.get(account)?.at ?? -Infinity;
  }

  /** Whether nothing since then has been forgotten. */
  reachesBack(to: number): boolean {
    return to >= this.#completeFrom;
  }

  /** `cost`: negative where something is taken back. */
  add(account: string, cost: Cost, at: number): void {
    const { requests = 0, tokens = 0, input = 0, output = 0 } = cost;
    if (!requests && !tokens && !input && !output) return;
    const newest = this.#newest.get(account);
    if (newest && at < newest.at + STEP_MS) {
      const { amounts } = newest;
      amounts[0] += requests;
      amounts[1] += tokens;
      amounts[2] += input;
      amounts[3] += output;
      return;
    }
    const amounts: Entry['amounts'] = [requests, tokens, input, output];
    const entry = { account, at, amounts };
    this.#newest.set(account, entry);
    let place = this.#entries.length;
    while (place > 0 && this.#entries[place - 1]!.at > at) place--;
    if (place === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(place, 0, entry);
    if (this.#entries.length > MOST_ENTRIES) this.#forget();
  }

  /** Visits in their order what these accounts were charged from `from` to `to`, both included. */
  each(
    { from, to }: { readonly from: number; readonly to: number },
    {
      accounts,
      dimension,
    }: { readonly accounts: ReadonlySet<string>; readonly dimension: Dimension },
    visit: (at: number, amount: number) => void,
  ): void {
    const place = COUNTED.indexOf(dimension);
    let i = this.#entries.length;
    while (i > 0 && this.#entries[i - 1]!.at >= from) i--;
    for (; i < this.#entries.length; i++) {
      const { account, at, amounts } = this.#entries[i]!;
      if (at > to) return;
      const amount = amounts[place] ?? 0;
      if (amount !== 0 && accounts.has(account)) visit(at, amount);
    }
  }

  #forget(): void {
    const forgotten = this.#entries.splice(0, MOST_ENTRIES / 2);
    this.#completeFrom = forgotten.at(-1)!.at + STEP_MS;
  }
}
