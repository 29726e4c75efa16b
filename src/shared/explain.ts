import type { AdmitRequest } from '#balancer/admit.ts';
import { type Bid, ownAccount, shortOf } from '#balancer/bid.ts';
import type { Row } from '#balancer/eligible.ts';
import type {
  ExplainedGroup,
  ExplainedLimit,
  ExplainedRow,
  LinePlace,
} from '#balancer/explanation.ts';
import { costNanos, type Price } from '#balancer/member.ts';
import type { Pool } from '#balancer/pool.ts';
import type { RecentUse, Use } from '#balancer/recent-use.ts';
import type { Routed } from '#balancer/route.ts';
import type { Clock } from '#core/clock.ts';
import type { CallSize, Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Lane } from '#shared/lane.ts';
import { ownLack } from '#shared/own-room.ts';
import type { Waiter } from '#shared/waiter.ts';

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
  const rows = deps.pool.lastingRows(bids, request);
  const outs = new Map(routed.out.map((out) => [out.name, out]));
  return {
    group,
    rows: rows.map((row, i): ExplainedRow => {
      const out = outs.get(row.name);
      return { ...explainRow(deps, bids[i]!, row), ...(out && { out }) };
    }),
  };
};

/** Tenants that are named of those whose requests are served first, and of those who used most. */
const MOST_NAMED = 5;

/** Where a request stands that comes to wait in a line. `short`: accounts that lack room for it. */
export const placeInLine = (
  { ledger, clock }: ExplainDeps,
  waiter: Waiter,
  of: {
    readonly lane: Lane;
    readonly routed: Routed;
    readonly used: RecentUse;
    readonly short: readonly string[];
    readonly predictedMs: number;
  },
): LinePlace => {
  const { lane, used: uses, short, predictedMs } = of;
  const now = clock.now();
  const accounts = [...new Set(waiter.bids.map(ownAccount))];
  const ahead = lane.aheadByTenant(waiter).toSorted((a, b) => b.tokens - a.tokens);
  const used = uses.of(accounts, now);
  const own = ownLack(ledger, waiter.request, now);
  const dimension = scarceOf(ledger, waiter, { ...of, now });
  return {
    requests: lane.size,
    tokens: lane.weight,
    aheadTokens: lane.ahead(waiter).tokens,
    ahead: ahead.slice(0, MOST_NAMED),
    weight: waiter.weight,
    accounts: short,
    ...(dimension && { dimension }),
    ...(own && { own }),
    used: used.slice(0, MOST_NAMED),
    usedElsewhere: uses.isWhole(now) ? usedElsewhere(ledger, { accounts, used }, now) : 0,
    predictedMs,
    leftMs: waiter.request.waitUntil - now,
  };
};

/** What it waits for: what it lacks, else what whoever is served first may have left too little of. */
const scarceOf = (
  ledger: Ledger,
  { bids }: Waiter,
  of: { readonly routed: Routed; readonly short: readonly string[]; readonly now: number },
): Dimension | undefined => {
  const { routed, short, now } = of;
  const [account] = short;
  if (account === undefined) {
    const { choice, candidates, levels } = routed;
    return choice === undefined ? undefined : levels[candidates.indexOf(choice)]?.[0];
  }
  const bid = bids.find(({ accounts }) => accounts.includes(account));
  return bid && shortOf(ledger, { bid, account }, now);
};

const MINUTE_MS = 60_000;

/**
 * What others than this gateway must have used of these accounts in the last minute, tokens: of what
 * a limit per minute lacks now, all that our own calls in that time do not explain.
 */
const usedElsewhere = (
  ledger: Ledger,
  { accounts, used }: { readonly accounts: readonly string[]; readonly used: readonly Use[] },
  now: number,
): number => {
  let lacking = 0;
  for (const account of accounts)
    for (const { dimension, windowMs, capacity, level } of ledger.gauges(account, now))
      if (dimension === 'tokens' && windowMs === MINUTE_MS) lacking += capacity - level;
  for (const { tokens } of used) lacking -= tokens;
  return Math.max(0, Math.floor(lacking));
};

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
