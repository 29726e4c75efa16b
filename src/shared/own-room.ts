import type { AdmitRequest } from '#balancer/admit.ts';
import type { OwnLack, OwnSide } from '#balancer/own-side.ts';
import type { Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Until the request's own side has room, ms; 0 where it has its place already. */
export const ownWaitMs = (ledger: Ledger, request: AdmitRequest, now: number): number =>
  lacksOwn(request) ? ledger.waitMs(request.own.charges, now) : 0;

/** Whether there is a place that it must take yet. */
export const lacksOwn = (
  request: AdmitRequest,
): request is AdmitRequest & { readonly own: OwnSide } =>
  request.own !== undefined && !request.own.isHeld && request.own.charges.length > 0;

/** Whether all who draw from the same accounts lack the same: a request or a place, not tokens. */
export const isOwnForAll = (ledger: Ledger, { own }: AdmitRequest, now: number): boolean => {
  const charges = (own?.charges ?? []).map(({ account, cost }) => {
    const { requests = 0, parallel = 0 } = cost;
    return { account, cost: { requests, parallel } };
  });
  return ledger.waitMs(charges, now) > 0;
};

/** Of its accounts the one that has no room for longest, and what it lacks; undefined where all have. */
export const ownLack = (
  ledger: Ledger,
  request: AdmitRequest,
  now: number,
): OwnLack | undefined => {
  if (ownWaitMs(ledger, request, now) <= 0) return undefined;
  let lack: OwnLack | undefined;
  for (const { account, cost, setting } of request.own?.charges ?? []) {
    const waitMs = ledger.waitMs([{ account, cost }], now);
    if (waitMs <= (lack?.waitMs ?? 0)) continue;
    const gauges = ledger.gauges(account, now);
    const short = gauges.find(({ dimension, level }) => (cost[dimension] ?? 0) > level);
    const { dimension = DEFAULT, amount = 0, level = 0 } = short ?? {};
    lack = { setting, dimension, amount, level, waitMs };
  }
  return lack;
};

const DEFAULT: Dimension = 'requests';

/** Takes its place, unless it has it; false where there is none. `changed`: it has come back. */
export const takeOwn = (
  ledger: Ledger,
  request: AdmitRequest,
  { now, changed }: { readonly now: number; readonly changed: () => void },
): boolean => {
  if (!lacksOwn(request)) return true;
  const reservation = ledger.reserve(request.own.charges, now);
  if (reservation) request.own.hold(reservation, changed);
  return reservation !== undefined;
};
