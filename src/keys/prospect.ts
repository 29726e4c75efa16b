import type { SpillwayError } from '#core/errors.ts';
import type { Bill, BillDeps, BillSpec } from '#keys/bill.ts';
import { atLimit, overBudget, tooLarge } from '#keys/bill-errors.ts';
import type { LimitCharge } from '#keys/limits.ts';
import { type Bound, PurseHold } from '#keys/purse.ts';
import { type Gauge, MAX_AMOUNT } from '#ledger/limit.ts';

/** One limit of somebody who pays, as it stands, and what a request would take of it. */
export interface LimitProspect
  extends
    Pick<LimitCharge, 'descriptor' | 'label'>,
    Pick<Gauge, 'dimension' | 'amount' | 'windowMs' | 'level'> {
  readonly takes: number;
  /** Until it has room for the request, ms: 0 now, Infinity never. */
  readonly waitMs: number;
}

/** One budget, and whether it has room for what a request may come to. */
export interface BudgetProspect {
  readonly bound: Bound;
  readonly hasRoom: boolean;
}

/** How a request stands with those who would pay for it. Nothing is set aside. */
export interface Prospect extends Pick<Bill, 'inLine' | 'upstream'> {
  /** At these limits it waits in line; where it does not, it is refused. */
  readonly waits: boolean;
  readonly limits: readonly LimitProspect[];
  readonly budgets: readonly BudgetProspect[];
  /** Whole nano-dollars that it may come to. */
  readonly mostNanos: number;
  /** What it would be refused with, before anybody is asked. */
  readonly refusal?: SpillwayError;
}

export const prospectOf = (deps: BillDeps, spec: BillSpec): Prospect => {
  const { charges, bounds, mostNanos, waits, upstream } = spec;
  const refusal = refusalOf(deps, spec);
  return {
    waits,
    limits: charges.flatMap((charge) => limitsOf(deps, charge)),
    budgets: bounds.map((bound) => ({
      bound,
      hasRoom: PurseHold.shortOf([bound], mostNanos) === undefined,
    })),
    mostNanos,
    inLine: waits ? charges : [],
    upstream,
    ...(refusal && { refusal }),
  };
};

/** In the order in which a bill that is opened asks. */
const refusalOf = (
  deps: BillDeps,
  { charges, bounds, mostNanos, waits }: BillSpec,
): SpillwayError | undefined => {
  const { ledger, now, wall } = deps;
  const never = tooLarge(deps, charges);
  if (never) return never;
  const short = PurseHold.shortOf(bounds, mostNanos);
  if (short) return overBudget(short, mostNanos, wall());
  return waits || ledger.waitMs(charges, now()) <= 0 ? undefined : atLimit(deps, charges);
};

const limitsOf = ({ ledger, now }: BillDeps, charge: LimitCharge): LimitProspect[] => {
  const at = now();
  const { account, cost, descriptor, label } = charge;
  return ledger.gauges(account, at).flatMap(({ dimension, amount, windowMs, level }) => {
    if (amount >= MAX_AMOUNT) return [];
    const takes = cost[dimension] ?? 0;
    const waitMs = ledger.waitMs([{ account, cost: { [dimension]: takes } }], at);
    return { descriptor, label, dimension, amount, windowMs, level, takes, waitMs };
  });
};
