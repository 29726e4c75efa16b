import type { Dimension } from '#core/quota.ts';
import type { Account } from '#ledger/account.ts';
import { amountOf } from '#ledger/amounts.ts';
import type { Share } from '#ledger/reservation.ts';
import type { Standing } from '#ledger/standing.ts';

/** An answer, as far as one account is concerned. */
export interface Answer {
  readonly account: Account;
  /** What the call took from the account; absent where it is not known which call it was. */
  readonly share: Share | undefined;
  /** The call has not been settled or refunded yet. */
  readonly isOpen: boolean;
  /** The upstream has not charged it. */
  readonly isRefused: boolean;
  readonly now: number;
}

/** What the call takes from a dimension; 0 where it is not known which call it was. */
export const ownOf = ({ share }: Answer, dimension: Dimension): number =>
  share === undefined ? 0 : amountOf(share.cost, dimension);

/** What our level lacks beside the one that the answer speaks of: what was charged after that. */
export const uncounted = (answer: Answer, dimension: Dimension): number => {
  const { account, share, isRefused } = answer;
  if (share === undefined) return 0;
  return account.chargedSince(share, dimension) + (isRefused ? ownOf(answer, dimension) : 0);
};

/** Its level, with the call given back, keeps the call from being sent again at once. */
export const holdsBack = (standing: Standing, answer: Answer): boolean => {
  const own = ownOf(answer, standing.dimension);
  return standing.bucket.level(answer.now) + (answer.isOpen ? own : 0) < own;
};

/** Takes a lower level over; a higher one is not believed. */
export const lower = (standing: Standing, level: number, now: number): void => {
  if (level < standing.bucket.level(now)) standing.bucket.set(level, now);
};
