import type { Member } from '#balancer/member.ts';
import type { CallSize, Cost } from '#core/quota.ts';
import type { Charge } from '#ledger/reservation.ts';

/** What one deployment would charge for one request. */
export interface Bid {
  readonly member: Member;
  /** The model that it would be asked for: the member's own, or what a pattern stands for. */
  readonly model: string;
  readonly size: CallSize;
  readonly cost: Cost;
  /** Outermost account first; the last is the one of which the upstream will speak. */
  readonly charges: readonly Charge[];
}

/** `accounts` are the member's as they are now: pools may turn out to be one. */
export const bidOf = (
  of: { readonly member: Member; readonly model: string; readonly size: CallSize },
  accounts: readonly string[],
): Bid => {
  const cost = { ...of.member.charge(of.size, of.model), parallel: 1 };
  return { ...of, cost, charges: accounts.map((account) => ({ account, cost })) };
};

export const ownAccount = ({ charges }: Bid): string => charges.at(-1)!.account;

/** How much a request counts where turns are given by size, tokens ≥ 1. */
export const weightOf = (bids: readonly Bid[]): number =>
  Math.max(1, ...bids.map(({ cost }) => tokensOf(cost)));

/** The tokens of a cost, however its vendor divides them. */
export const tokensOf = ({ tokens, input, output }: Cost): number =>
  tokens ?? (input ?? 0) + (output ?? 0);
