import type { Member } from '#balancer/member.ts';
import type { Estimate } from '#balancer/estimate.ts';
import type { Cost, Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Charge } from '#ledger/reservation.ts';

/** What a request would cost with one model, charged in one way: the same for all members with both. */
export interface Costs {
  readonly model: string;
  readonly charge: Member['charge'];
  readonly size: Estimate;
  readonly cost: Cost;
  readonly most: Cost;
}

/** What one deployment would charge for one request. A line holds many: it is small. */
export class Bid {
  readonly member: Member;
  /** Shared with other members. */
  readonly #costs: Costs;
  /**
   * Whom it would charge, as things stand; outermost first, the last is the one of which the
   * upstream will speak. None is there twice.
   */
  readonly accounts: readonly string[];

  constructor(member: Member, costs: Costs, accounts: readonly string[]) {
    this.member = member;
    this.#costs = costs;
    this.accounts = accounts;
  }

  /** The model that it would be asked for: the member's own, or what a pattern stands for. */
  get model(): string {
    return this.#costs.model;
  }

  get size(): Estimate {
    return this.#costs.size;
  }

  get cost(): Cost {
    return this.#costs.cost;
  }

  /** With what the estimate may be off by: so much room it should find. */
  get most(): Cost {
    return this.#costs.most;
  }

  get charges(): readonly Charge[] {
    return this.accounts.map((account) => ({ account, cost: this.cost }));
  }
}

export const costsOf = (charge: Member['charge'], model: string, size: Estimate): Costs => {
  const cost = underWay(charge(size, model));
  const most = size.inputSpread === 0 ? cost : underWay(charge(largest(size), model));
  return { model, charge, size, cost, most };
};

/** With what a prompt may be off by. Written out: to spread it costs as much again. */
const largest = (size: Estimate): Estimate => ({
  inputTokens: size.inputTokens + size.inputSpread,
  inputSpread: size.inputSpread,
  expectedOutputTokens: size.expectedOutputTokens,
  choices: size.choices,
  maxOutputTokens: size.maxOutputTokens,
});

/** What a vendor charges, and a place. All have one shape: the ledger reads them again and again. */
export const underWay = ({ requests, tokens, input, output, money }: Cost): Cost => ({
  requests,
  tokens,
  input,
  output,
  money,
  parallel: 1,
});

/**
 * Until it may go, ms: until there is room for all that it may come to, or, where that is more than
 * a limit holds at all, for what it is expected to come to.
 */
export const bidWaitMs = (ledger: Ledger, bid: Bid, now: number): number => {
  const waitMs = ledger.waitForMs(bid.accounts, bid.most, now);
  return waitMs === Infinity ? ledger.waitForMs(bid.accounts, bid.cost, now) : waitMs;
};

/** What a bid waits for. */
export interface Lack {
  readonly accounts: readonly string[];
  /** Until the first of them has room, ms. */
  readonly firstMs: number;
}

export const NO_LACK: Lack = { accounts: [], firstMs: Infinity };

/** What there must be room for before it goes. */
const neededBy = (ledger: Ledger, { accounts, most, cost }: Bid, now: number): Cost =>
  ledger.waitForMs(accounts, most, now) === Infinity ? cost : most;

/** What of this account a bid waits for; undefined where it does not, or nobody knows. */
export const shortOf = (
  ledger: Ledger,
  { bid, account }: { readonly bid: Bid; readonly account: string },
  now: number,
): Dimension | undefined => ledger.shortOf({ account, cost: neededBy(ledger, bid, now) }, now);

export const lackOf = (ledger: Ledger, bid: Bid, now: number): Lack => {
  const needed = neededBy(ledger, bid, now);
  const accounts: string[] = [];
  let firstMs = Infinity;
  for (const account of bid.accounts) {
    const waitMs = ledger.waitForMs([account], needed, now);
    if (waitMs <= 0) continue;
    accounts.push(account);
    firstMs = Math.min(firstMs, waitMs);
  }
  return { accounts, firstMs };
};

export const ownAccount = ({ accounts }: Bid): string => accounts[accounts.length - 1]!;

/** What this deployment bids. */
export const bidOf = (bids: readonly Bid[], deployment: string | undefined): Bid | undefined => {
  for (const bid of bids) if (bid.member.name === deployment) return bid;
  return undefined;
};

/** How much a request counts where turns are given by size, tokens ≥ 1. */
export const weightOf = (bids: readonly Bid[]): number => {
  let weight = 1;
  for (const { cost } of bids) weight = Math.max(weight, tokensOf(cost));
  return weight;
};

/** The tokens of a cost, however its vendor divides them. */
export const tokensOf = ({ tokens, input, output }: Cost): number =>
  tokens ?? (input ?? 0) + (output ?? 0);
