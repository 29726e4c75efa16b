import type { AdmitRequest } from '#balancer/admit.ts';
import type { Bid } from '#balancer/bid.ts';
import type { Row } from '#balancer/eligible.ts';
import type { ExplainedGroup, ExplainedLimit, ExplainedRow } from '#balancer/explanation.ts';
import { costNanos, type Price } from '#balancer/member.ts';
import type { Pool } from '#balancer/pool.ts';
import type { Routed } from '#balancer/route.ts';
import type { Clock } from '#core/clock.ts';
import type { CallSize } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';

interface ExplainDeps {
  readonly pool: Pool;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** The rows of one group as a decision about them found them, with what it does not say of them. */
export const explainGroup = (
  deps: ExplainDeps,
  request: AdmitRequest,
  of: { readonly group: string; readonly bids: readonly Bid[]; readonly routed: Routed },
): ExplainedGroup => {
  const { group, bids, routed } = of;
  const rows = deps.pool.rows(bids, request, NOTHING_KEPT);
  const outs = new Map(routed.out.map((out) => [out.name, out]));
  return {
    group,
    rows: rows.map((row, i): ExplainedRow => {
      const out = outs.get(row.name);
      return { ...explainRow(deps, bids[i]!, row), ...(out && { out }) };
    }),
  };
};

const NOTHING_KEPT: ReadonlySet<string> = new Set();

const explainRow = (deps: ExplainDeps, bid: Bid, row: Row): ExplainedRow => {
  const { model, size, member } = bid;
  const { price } = member;
  const mostNanos = price && mostOf(price, size);
  return {
    row,
    model,
    size,
    limits: limitsOf(deps, bid),
    ...(price && { likelyNanos: costNanos(price, size) }),
    ...(mostNanos !== undefined && { mostNanos }),
  };
};

/** With answers as long as the caller allows. */
const mostOf = (price: Price, size: CallSize): number | undefined =>
  size.maxOutputTokens === undefined
    ? undefined
    : costNanos(price, { ...size, expectedOutputTokens: size.maxOutputTokens });

const limitsOf = ({ ledger, clock }: ExplainDeps, { charges }: Bid): ExplainedLimit[] =>
  charges.flatMap(({ account, cost }) =>
    ledger
      .gauges(account, clock.now())
      // The ledger shows its gauges in place: what is kept must be a copy.
      .map((gauge) => ({ ...gauge, account, cost: cost[gauge.dimension] ?? 0 })),
  );
