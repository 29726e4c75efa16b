import { type Row, orderOf } from '#balancer/eligible.ts';
import { dualPrice } from '#balancer/policies/dual-price.ts';

/** So much cheaper must be what is waited for. */
const WORTH = 1.1;
/** Nobody waits for longer only to spare a limit, ms. */
const MOST_MS = 3_000;

/**
 * A row that will soon have room and is cheaper by then than this one is now: who waits in line
 * anyway leaves this one's room to those whom it suits. A small request does not take the last
 * requests of a deployment that has tokens to spare, nor a large one the last tokens. Prices fall as
 * room comes back: what nobody wants is soon cheap enough, and what is full is given at any price.
 * A row that is kept for somebody before it counts, too: where everybody waits, everything is kept. One of
 * a later `order` does not: it is there for when no earlier one can.
 */
export const cheaperSoon = (
  rows: readonly Row[],
  choice: Row,
  patienceMs: number,
): Row | undefined => {
  if (isFull(choice)) return undefined;
  const soonMs = Math.min(MOST_MS, patienceMs);
  let cheapest: Row | undefined;
  let least = dualPrice(choice) / WORTH;
  for (const row of rows) {
    if (row.waitMs <= 0 || row.waitMs > soonMs) continue;
    if (row.quota.length === 0 || orderOf(row) > orderOf(choice)) continue;
    const price = dualPrice(row);
    if (price >= least) continue;
    least = price;
    cheapest = row;
  }
  return cheapest;
};

/** What comes back to it is lost. */
const isFull = ({ quota }: Row): boolean =>
  quota.every(({ dimension, level, capacity }) => dimension === 'parallel' || level >= capacity);
