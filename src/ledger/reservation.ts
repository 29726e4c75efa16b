import type { Cost, Dimension } from '#core/quota.ts';
import type { Account } from '#ledger/account.ts';
import type { Bucket } from '#ledger/bucket.ts';
import type { Standing } from '#ledger/standing.ts';

/** What one call takes from one account. */
export interface Charge {
  readonly account: string;
  readonly cost: Cost;
}

/** What a call has taken from all its accounts. It ends exactly once; later ends are void. */
export interface Reservation {
  readonly charges: readonly Charge[];
  /**
   * Ends it: what it came to per account, in the order of `charges`. The difference is given back or
   * taken, if need be into debt; a cost that is missing is what was reserved. `parallel` is always
   * given back.
   */
  settle(costs: readonly Cost[], now: number): void;
  /**
   * The same where all accounts count alike. What was really charged may be known better by now than
   * when it was reserved.
   */
  settleEach(ended: Ended, now: number): void;
  /** Ends it as if it had never been. */
  refund(now: number): void;
}

/** What a call was charged when it was sent, and what it came to. */
export interface Ended {
  readonly charged: Cost;
  readonly cost: Cost;
}

/** What was taken from one limit. */
export interface Taking {
  readonly bucket: Bucket;
  readonly dimension: Dimension;
  readonly amount: number;
  readonly mark: number;
  /** The same call's from another limit: in a chain there are no lists, each with room for more. */
  readonly before: Taking | undefined;
}

/** What was taken from one account. */
export interface Share {
  readonly account: Account;
  /** Its number among the account's calls, > 0. */
  readonly call: number;
  readonly cost: Cost;
  /** The last one; undefined where nothing was taken. */
  readonly taking: Taking | undefined;
  /** The limits that there were. */
  readonly standings: readonly Standing[];
  /** All that the account had ever been charged when this had been, by dimension. */
  readonly charged: readonly number[];
  readonly takenAt: number;
  /** When the upstream is to have charged it. */
  readonly chargedAt: number;
}

export class Hold implements Reservation {
  readonly charges: readonly Charge[];
  readonly shares: readonly Share[];
  #isOpen = true;

  constructor(charges: readonly Charge[], shares: readonly Share[]) {
    this.charges = charges;
    this.shares = shares;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  settle(costs: readonly Cost[], now: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const [place, share] of this.shares.entries()) {
      const { account, cost: charged } = share;
      account.settle(share, { charged, cost: costs[place] ?? charged }, now);
    }
  }

  settleEach(ended: Ended, now: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const share of this.shares) share.account.settle(share, ended, now);
  }

  refund(now: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const share of this.shares) share.account.refund(share, now);
  }
}
