import type { Dimension } from '#core/quota.ts';
import type { ChargeLog } from '#balancer/sharing/charge-log.ts';

/** A limit that comes back evenly. */
export interface Rule {
  readonly dimension: Dimension;
  readonly limit: number;
  readonly windowMs: number;
}

/** What an answer said was left at the instant when its call was charged. */
export interface Telling {
  readonly at: number;
  readonly remaining: number;
  /** What its own call had taken of it. */
  readonly own: number;
}

/** Between which levels a telling must lie. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Calls so close together may have been charged in another order than they were sent in, ms. */
const DOUBT_MS = 150;

/** Shares of a limit: what a true foretelling errs by at most, and what tells two of them apart. */
const FIT = 0.02;
const GAP = 0.07;

/** Who is thought to draw from a limit. */
export interface Drawing {
  readonly rule: Rule;
  readonly log: ChargeLog;
  readonly accounts: ReadonlySet<string>;
}

/**
 * What is left at `to`, if `from` was true and these accounts are all that draw from it. undefined
 * where the log does not reach back so far.
 */
export const foretell = (
  from: Telling,
  to: Pick<Telling, 'at' | 'own'>,
  { rule, log, accounts }: Drawing,
): Range | undefined => {
  const begin = from.at - DOUBT_MS;
  if (!log.reachesBack(begin)) return undefined;
  const { dimension, limit, windowMs } = rule;
  const perMs = limit / windowMs;
  let high = from.remaining;
  // Its own call is in what it told, and in the log.
  let low = from.remaining + from.own;
  let at = from.at;
  let late = -to.own;
  log.each({ from: begin, to: to.at + DOUBT_MS }, { accounts, dimension }, (chargedAt, amount) => {
    if (chargedAt > to.at - DOUBT_MS) late += amount;
    else if (chargedAt <= from.at + DOUBT_MS) low -= amount;
    else {
      const back = (chargedAt - at) * perMs;
      high = Math.min(limit, high + back) - amount;
      low = Math.min(limit, low + back) - amount;
      at = chargedAt;
    }
  });
  const back = (to.at - at) * perMs;
  high = Math.min(limit, high + back) - to.own;
  low = Math.min(limit, low + back) - to.own - Math.max(0, late);
  // Nobody tells of debts.
  return { low: Math.max(0, Math.min(low, high)), high: Math.max(0, high) };
};

/** Share of the limit by which a telling misses what was foretold. */
const missOf = ({ remaining }: Telling, { low, high }: Range, { limit }: Rule): number =>
  Math.max(0, low - remaining, remaining - high) / limit;

export const fits = (told: Telling, range: Range, rule: Rule): boolean =>
  missOf(told, range, rule) <= FIT;

/** Whether a telling can fit one of the two only, and then misses the other one by far. */
export const differ = (more: Range, less: Range, { limit }: Rule): boolean =>
  more.low - less.high >= GAP * limit;
