import type { Routed } from '#balancer/route.ts';
import { supplyOf, supplyWaitMs } from '#balancer/supply.ts';
import type { Pool } from '#balancer/pool.ts';
import type { Clock } from '#core/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Lane } from '#shared/lane.ts';
import type { Waiter } from '#shared/waiter.ts';

/** How long a request would wait, as far as can be told, ms. */
export interface Prediction {
  /**
   * Until its turn comes: what is before it has been served. Whether there is time enough is judged
   * by this: by what comes after, a line that is nearly too long would take in small ones alone, and
   * leave the tokens of those deployments unused that have few requests to give.
   */
  readonly turnMs: number;
  /** Until it goes. */
  readonly goesMs: number;
}

interface PredictionDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly pool: Pool;
}

/** `aheadTokens`: what is served before it. `ownMs`: until its own side has room. */
export const predict = (
  { clock, ledger, pool }: PredictionDeps,
  { bids, weight }: Waiter,
  of: {
    readonly lane: Lane;
    readonly routed: Routed;
    readonly aheadTokens: number;
    readonly ownMs: number;
  },
): Prediction => {
  const { lane, routed, aheadTokens, ownMs } = of;
  const computedMs = Math.max(ownMs, routed.earliestMs);
  // With nobody before it that is exact, and no estimate of a line is better.
  if (aheadTokens <= 0) return { turnMs: computedMs, goesMs: computedMs };
  const supply = supplyOf(ledger, pool.well(bids), clock.now());
  const servedMs = (tokens: number): number =>
    Math.max(computedMs, supplyWaitMs(supply, tokens), lane.measuredMs(tokens));
  return { turnMs: servedMs(aheadTokens), goesMs: servedMs(aheadTokens + weight) };
};
