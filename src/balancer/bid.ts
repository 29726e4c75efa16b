import type { Member } from '#balancer/member.ts';
import type { Estimate } from '#balancer/estimate.ts';
import type { Cost } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Charge } from '#ledger/reservation.ts';

/** What one deployment would charge for one request. */
export interface Bid {
  readonly member: Member;
  /** The model that it would be asked for: the member's own, or what a pattern stands for. */
  readonly model: string;
  readonly size: Estimate;
  readonly cost: Cost;
  /** Outermost account first; the last is the one of which the upstream will speak. */
  readonly charges: readonly Charge[];
  /** The same with what the estimate may be off by: so much room it should find. */
  readonly room: readonly Charge[];
}

/** What a request would cost with one model, charged in one way: the same for all members with both. */
export interface Costs {
  readonly model: string;
  readonly charge: Member['charge'];
  readonly size: Estimate;
  readonly cost: Cost;
  /** With what the estimate may be off by. */
  readonly most: Cost;
}

export const costsOf = (charge: Member['charge'], model: string, size: Estimate): Costs => {
  const cost = { ...charge(size, model), parallel: 1 };
  const inputTokens = size.inputTokens + size.inputSpread;
  const most = { ...charge({ ...size, inputTokens }, model), parallel: 1 };
  return { model, charge, size, cost, most };
};

/** `accounts` are the member's as they are now: pools may turn out to be one. */
export const bidOf = (member: Member, costs: Costs, accounts: readonly string[]): Bid => {
  const { model, size, cost, most } = costs;
  const charges = chargesOf(accounts, cost);
  return { member, model, size, cost, charges, room: chargesOf(accounts, most) };
};

const chargesOf = (accounts: readonly string[], cost: Cost): readonly Charge[] =>
  accounts.map((account) => ({ account, cost }));

/**
 * Until it may go, ms: until there is room for all that it may come to, or, where that is more than
 * a limit holds at all, for what it is expected to come to.
 */
export const bidWaitMs = (ledger: Ledger, { room, charges }: Bid, now: number): number => {
  const waitMs = ledger.waitMs(room, now);
  return waitMs === Infinity ? ledger.waitMs(charges, now) : waitMs;
};

/** What a bid waits for. */
export interface Lack {
  readonly accounts: readonly string[];
  /** Until the first of them has room, ms. */
  readonly firstMs: number;
}

export const NO_LACK: Lack = { accounts: [], firstMs: Infinity };

export const lackOf = (ledger: Ledger, { room, charges }: Bid, now: number): Lack => {
  const needed = ledger.waitMs(room, now) === Infinity ? charges : room;
  const accounts: string[] = [];
  let firstMs = Infinity;
  for (const charge of needed) {
    const waitMs = ledger.waitMs([charge], now);
    if (waitMs <= 0) continue;
    accounts.push(charge.account);
    firstMs = Math.min(firstMs, waitMs);
  }
  return { accounts, firstMs };
};

export const ownAccount = ({ charges }: Bid): string => charges.at(-1)!.account;

/** How much a request counts where turns are given by size, tokens ≥ 1. */
export const weightOf = (bids: readonly Bid[]): number =>
  Math.max(1, ...bids.map(({ cost }) => tokensOf(cost)));

/** The tokens of a cost, however its vendor divides them. */
export const tokensOf = ({ tokens, input, output }: Cost): number =>
  tokens ?? (input ?? 0) + (output ?? 0);
