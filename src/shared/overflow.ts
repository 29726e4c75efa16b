import type { Bid } from '#balancer/bid.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Share of a capacity from which on what comes back will soon be lost. */
const NEARLY_FULL = 0.9;

/** Until nothing is used any more of all that a bid draws from, ms. */
export const fullMs = (ledger: Ledger, { accounts }: Bid, now: number): number =>
  Math.max(...accounts.map((account) => ledger.fullMs(account, 1, now)));

/**
 * Until one of the bids' accounts that is not kept is about to overflow, ms. `scarce` gets those
 * that are not.
 */
export const overflowMs = (
  ledger: Ledger,
  bids: readonly Bid[],
  of: { readonly kept: ReadonlySet<string>; readonly scarce?: Set<string>; readonly now: number },
): number => {
  const { kept, scarce, now } = of;
  let soonestMs = Infinity;
  for (const { accounts } of bids)
    for (const account of accounts) {
      const waitMs = kept.has(account) ? Infinity : ledger.fullMs(account, NEARLY_FULL, now);
      if (waitMs > 0) scarce?.add(account);
      if (waitMs < soonestMs) soonestMs = waitMs;
    }
  return soonestMs;
};
