import { type Bid, ownAccount } from '#balancer/bid.ts';
import type { Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Dimensions that measure size: what waits is summed up in them. */
const SIZES: ReadonlySet<Dimension> = new Set(['tokens', 'input', 'output']);

/** What a group's known limits can give: tokens that they hold, and tokens that come back per ms. */
export interface Supply {
  readonly held: number;
  readonly perMs: number;
}

/** Of all accounts that these bids draw from; endless where some deployment has no limit on size. */
export const supplyOf = (ledger: Ledger, bids: readonly Bid[], now: number): Supply => {
  let held = 0;
  let perMs = 0;
  const seen = new Set<string>();
  for (const bid of bids) {
    const account = ownAccount(bid);
    if (seen.has(account)) continue;
    seen.add(account);
    let isLimited = false;
    for (const { dimension, amount, windowMs, level } of ledger.gauges(account, now)) {
      if (!SIZES.has(dimension) || !bid.cost[dimension] || windowMs === 0) continue;
      isLimited = true;
      held += Math.max(0, level);
      perMs += amount / windowMs;
    }
    if (!isLimited) return ENDLESS;
  }
  return perMs === 0 ? ENDLESS : { held, perMs };
};

const ENDLESS: Supply = { held: Infinity, perMs: 1 };

/** How long it takes to serve so many tokens, ms: what is held, then what comes back. */
export const supplyWaitMs = ({ held, perMs }: Supply, tokens: number): number =>
  Math.max(0, (tokens - held) / perMs);
