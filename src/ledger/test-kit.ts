import type { Cost, Dimension, QuotaNews } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Gauge, Limit } from '#ledger/limit.ts';
import type { Charge, Reservation } from '#ledger/reservation.ts';

export const MINUTE = 60_000;

export const config = { source: 'config', now: 0 } as const;

export const perMinute = (dimension: Dimension, amount: number): Limit => ({
  dimension,
  amount,
  windowMs: MINUTE,
  refill: 'linear',
});

export const charge = (cost: Cost, account = 'a'): Charge[] => [{ account, cost }];

export const gaugeOf = (ledger: Ledger, now: number, dimension?: Dimension): Gauge =>
  ledger.gauges('a', now).find((gauge) => (dimension ?? gauge.dimension) === gauge.dimension)!;

export const levelOf = (ledger: Ledger, now: number, dimension?: Dimension): number =>
  gaugeOf(ledger, now, dimension).level;

/** A refused call: what it is told, and then its reservation given back. */
export const refuse = (
  ledger: Ledger,
  reservation: Reservation,
  { now, refusal, told = [] }: Partial<QuotaNews> & { now: number },
): void => {
  ledger.learn('a', { told, ...(refusal && { refusal }) }, { reservation, now });
  reservation.refund(now);
};
