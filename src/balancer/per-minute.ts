import type { Dimension } from '#core/quota.ts';
import type { Gauge } from '#ledger/limit.ts';

const MINUTE_MS = 60_000;

export type PerMinute = { readonly [D in Dimension]?: number };

/** What limits come to per minute; of several windows of one dimension the tightest. */
export const perMinuteOf = (gauges: readonly Gauge[]): PerMinute => {
  const least: { [D in Dimension]?: number } = {};
  for (const { dimension, amount, windowMs } of gauges) {
    if (dimension === 'parallel') continue;
    const perMinute = Math.round((amount * MINUTE_MS) / windowMs);
    least[dimension] = Math.min(perMinute, least[dimension] ?? Infinity);
  }
  return least;
};
