import { type Bid, ownAccount, tokensOf } from '#balancer/bid.ts';
import type { Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Dimensions that measure size: what waits is summed up in them. */
const SIZES: ReadonlySet<Dimension> = new Set(['tokens', 'input', 'output']);

/**
 * How long a group's known limits take to serve `ahead` tokens and then one of these bids, ms: what
 * all its accounts hold, then what comes back. 0 where some deployment has no limit on size.
 */
export const supplyWaitMs = (
  ledger: Ledger,
  bids: readonly Bid[],
  { ahead, now }: { ahead: number; now: number },
): number => {
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
    if (!isLimited) return 0;
  }
  if (perMs === 0) return 0;
  const own = Math.min(...bids.map(({ cost }) => tokensOf(cost)));
  return Math.max(0, (ahead + own - held) / perMs);
};
