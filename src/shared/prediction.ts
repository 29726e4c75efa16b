import type { Routed } from '#balancer/route.ts';
import { type Amount, supplyOf, supplyWaitMs } from '#balancer/supply.ts';
import type { Pool } from '#balancer/pool.ts';
import type { Clock } from '#core/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Lane } from '#shared/lane.ts';
import type { Waiter } from '#shared/waiter.ts';

/** Of the time that a request may wait, what a prediction may take up: predictions err. */
export const PREDICTED_SHARE = 0.9;
/** The same where there is room for it already: it may be let past others before its turn. */
const FITTING_SHARE = 1.2;

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
  /** How long it takes to gather what it asks for, ms. */
  readonly fillMs: number;
  /** There is room for it already, though others may come before. */
  readonly isFree: boolean;
}

interface PredictionDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly pool: Pool;
}

/** Of one that comes to wait, or waits. `ownMs`: until its own side has room. */
export const predict = (
  { clock, ledger, pool }: PredictionDeps,
  waiter: Waiter,
  of: { readonly lane: Lane; readonly routed: Routed; readonly ownMs: number },
): Prediction => {
  const { lane, routed, ownMs } = of;
  const computedMs = Math.max(ownMs, routed.earliestMs);
  const supply = supplyOf(ledger, pool.well(waiter.bids), clock.now());
  const alike = { fillMs: supply.fillMs, isFree: computedMs <= 0 };
  const own = { tokens: waiter.weight, requests: 1 };
  const all = lane.ahead(waiter);
  // Who waits is in the line already.
  const ahead = waiter.waits ? plus(all, own, -1) : all;
  // With nobody before it that is exact, and no estimate of a line is better.
  if (ahead.tokens <= 0) return { ...alike, turnMs: computedMs, goesMs: computedMs };
  const servedMs = (amount: Amount): number =>
    Math.max(computedMs, supplyWaitMs(supply, amount), lane.measuredMs(amount.tokens));
  return { ...alike, turnMs: servedMs(ahead), goesMs: servedMs(plus(ahead, own, 1)) };
};

const plus = (a: Amount, b: Amount, sign: 1 | -1): Amount => ({
  tokens: a.tokens + sign * b.tokens,
  requests: a.requests + sign * b.requests,
});

/** Whether its turn comes within the time that is left. */
export const isInTime = ({ turnMs, isFree }: Prediction, leftMs: number): boolean =>
  turnMs <= leftMs * (isFree ? FITTING_SHARE : PREDICTED_SHARE);
