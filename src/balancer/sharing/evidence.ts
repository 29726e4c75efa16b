import type { ChargeLog } from '#balancer/sharing/charge-log.ts';
import { differ, fits, foretell, type Rule, type Telling } from '#balancer/sharing/level-test.ts';

/** Two thoughts about who draws from a limit: the second has all of the first's accounts, and more. */
export interface Hypotheses {
  readonly log: ChargeLog;
  readonly rule: Rule;
  readonly apart: ReadonlySet<string>;
  readonly together: ReadonlySet<string>;
  /** What one of those that are only in the second told last, if it is older than what is tested. */
  readonly other: Telling | undefined;
}

/** An anchor that has told nothing for so long is given up, ms. */
const LONGEST_MS = 20_000;

/** So many tellings must have fitted one of the two hypotheses only; to part what is one takes fewer than to unite. */
const LEAST = { together: 6, apart: 3 };
/** And so large a share of all that could have fitted one only. */
const SHARE = 0.9;
/** What is older counts less. */
const MOST_COUNTED = 40;

/** How often what a limit told fitted the one hypothesis, and how often the other. */
export class Evidence {
  readonly #fitted = { together: 0, apart: 0, neither: 0 };
  #anchor: Telling;

  constructor(anchor: Telling) {
    this.#anchor = anchor;
  }

  /** True when it was decided by this telling. */
  weigh(told: Telling, hypotheses: Hypotheses): boolean {
    const isOld = told.at > this.#anchor.at + LONGEST_MS;
    const verdict = isOld ? undefined : this.#verdict(told, hypotheses);
    if (verdict !== undefined || isOld) this.#anchor = told;
    if (verdict === undefined) return false;
    this.#fitted[verdict]++;
    if (this.#total() >= MOST_COUNTED)
      for (const each of ['together', 'apart', 'neither'] as const)
        this.#fitted[each] = Math.floor(this.#fitted[each] / 2);
    return true;
  }

  shows(verdict: 'together' | 'apart'): boolean {
    const count = this.#fitted[verdict];
    return count >= LEAST[verdict] && count >= SHARE * this.#total();
  }

  #verdict(
    told: Telling,
    { log, rule, apart, together, other }: Hypotheses,
  ): 'together' | 'apart' | 'neither' | undefined {
    const less = foretell(this.#anchor, told, { rule, log, accounts: together });
    const more = foretell(this.#anchor, told, { rule, log, accounts: apart });
    if (!less || !more) {
      this.#anchor = told;
      return undefined;
    }
    if (!differ(more, less, rule)) return undefined;
    if (fits(told, more, rule)) return 'apart';
    // What is empty is empty, whoever has emptied it.
    if (less.low === 0) return undefined;
    if (!fits(told, less, rule)) return 'neither';
    // Where nothing comes back before a window ends, levels may seem to be drawn from by others.
    const constant = { ...rule, windowMs: Infinity };
    const still = foretell(this.#anchor, told, { rule: constant, log, accounts: apart });
    if (!still || fits(told, still, rule)) return undefined;
    // Levels that are one are equal, too, whoever tells them.
    const equal = other && foretell(other, told, { rule, log, accounts: together });
    if (!equal) return undefined;
    return fits(told, equal, rule) ? 'together' : 'neither';
  }

  #total(): number {
    const { together, apart, neither } = this.#fitted;
    return together + apart + neither;
  }
}
