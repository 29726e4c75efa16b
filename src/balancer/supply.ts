import { type Bid, ownAccount } from '#balancer/bid.ts';
import type { Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Dimensions that measure size: what waits is summed up in them. */
const SIZES: ReadonlySet<Dimension> = new Set(['tokens', 'input', 'output']);

/** What a group's known limits can give: tokens that they hold, and tokens that come back per ms. */
export interface Supply {
  readonly held: number;
  readonly perMs: number;
  /** How long the quickest of them takes to gather what one of the bids asks for, ms. */
  readonly fillMs: number;
}

/** Of all accounts that these bids draw from; endless where some deployment has no limit on size. */
export const supplyOf = (ledger: Ledger, bids: readonly Bid[], now: number): Supply => {
  let held = 0;
  let perMs = 0;
  let fillMs = Infinity;
  const seen = new Set<string>();
  for (const bid of bids) {
    const account = ownAccount(bid);
    if (seen.has(account)) continue;
    seen.add(account);
    let ownMs = 0;
    for (const { dimension, amount, windowMs, level } of ledger.gauges(account, now)) {
      const cost = SIZES.has(dimension) ? (bid.cost[dimension] ?? 0) : 0;
      if (cost === 0 || windowMs === 0) continue;
      held += Math.max(0, level);
      perMs += amount / windowMs;
      ownMs = Math.max(ownMs, (cost * windowMs) / amount);
    }
    if (ownMs === 0) return ENDLESS;
    fillMs = Math.min(fillMs, ownMs);
  }
  return perMs === 0 ? ENDLESS : { held, perMs, fillMs };
};

const ENDLESS: Supply = { held: Infinity, perMs: 1, fillMs: 0 };

/** How long it takes to serve so many tokens, ms: what is held, then what comes back. */
export const supplyWaitMs = ({ held, perMs }: Supply, tokens: number): number =>
  Math.max(0, (tokens - held) / perMs);
