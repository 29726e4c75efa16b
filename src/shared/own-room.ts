import type { AdmitRequest } from '#balancer/admit.ts';
import type { OwnCharge } from '#balancer/own-side.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Until the request's own side has room, ms; 0 where it has its place already. */
export const ownWaitMs = (ledger: Ledger, { own }: AdmitRequest, now: number): number =>
  own && !own.isHeld ? ledger.waitMs(own.charges, now) : 0;

/** The first of its accounts that has no room; undefined where all have. */
export const fullAccount = (
  ledger: Ledger,
  request: AdmitRequest,
  now: number,
): OwnCharge | undefined =>
  ownWaitMs(ledger, request, now) > 0
    ? request.own?.charges.find((charge) => ledger.waitMs([charge], now) > 0)
    : undefined;

/** Takes its place, unless it has it; false where there is none. `changed`: it has come back. */
export const takeOwn = (
  ledger: Ledger,
  { own }: AdmitRequest,
  { now, changed }: { readonly now: number; readonly changed: () => void },
): boolean => {
  if (!own || own.isHeld) return true;
  const reservation = ledger.reserve(own.charges, now);
  if (reservation) own.hold(reservation, changed);
  return reservation !== undefined;
};
