import type { Outcomes } from './outcomes.ts';
import { capacityTokensPerS, type Scenario } from './scenarios.ts';
import { type BenchRequest, TRACE_MS } from './trace.ts';
import { upfrontTokens, usedTokens } from './workload.ts';

/** Large requests suffer first: counted apart from this size on, up-front tokens. */
const LARGE_TOKENS = 20_000;

/** What one trial came to. Shares are per cent. */
export interface Summary {
  readonly requests: number;
  /** Served tokens of what was possible: the lesser of those offered and the capacity. */
  readonly goodput: number;
  /** Requests whose client got no answer. */
  readonly refused: number;
  /** The same among the large ones. */
  readonly largeRefused: number;
  /** The vendor's refusals per 100 requests; where limits were stated, from the first request on. */
  readonly vendorRefusals: number;
  /** Of requests that were served, ms. */
  readonly waitP50Ms: number;
  readonly waitP99Ms: number;
  readonly tenants: readonly TenantSummary[];
}

export interface TenantSummary {
  readonly served: number;
  /** Its served tokens of the capacity. */
  readonly ofCapacity: number;
  readonly waitP50Ms: number;
  readonly waitP99Ms: number;
}

export interface Measured {
  readonly scenario: Scenario;
  readonly trace: readonly BenchRequest[];
  readonly outcomes: Outcomes;
  /** Requests count that arrive from here on. */
  readonly fromMs: number;
  /** The vendor's refusals count from here on; from the first request on unless said. */
  readonly refusalsFromMs?: number;
}

export const summarise = (measured: Measured): Summary => {
  const { scenario, trace, outcomes, fromMs, refusalsFromMs = 0 } = measured;
  const late = trace.filter(({ atMs }) => atMs >= fromMs && atMs < TRACE_MS);
  const judged = trace.filter(({ atMs }) => atMs >= refusalsFromMs);
  const served = late.filter(({ index }) => outcomes.isServed(index));
  const refused = late.filter(({ index }) => outcomes.isRefused(index));
  const possible = Math.min(tokensOf(late, scenario), capacityTokensIn(measured));
  const { tenantShares = [] } = scenario.traffic;
  return {
    requests: late.length,
    goodput: percent(tokensOf(served, scenario), possible),
    refused: percent(refused.length, late.length),
    largeRefused: percent(refused.filter(isLarge).length, late.filter(isLarge).length),
    vendorRefusals: percent(
      sum(judged.map(({ index }) => outcomes.vendorRefusals[index]!)),
      judged.length,
    ),
    ...waitsOf(served, outcomes),
    tenants: tenantShares.map((_, tenant) => summariseTenant(measured, late, tenant)),
  };
};

const summariseTenant = (
  measured: Measured,
  late: readonly BenchRequest[],
  tenant: number,
): TenantSummary => {
  const own = late.filter((request) => request.tenant === tenant);
  const served = own.filter(({ index }) => measured.outcomes.isServed(index));
  return {
    served: percent(served.length, own.length),
    ofCapacity: percent(tokensOf(served, measured.scenario), capacityTokensIn(measured)),
    ...waitsOf(served, measured.outcomes),
  };
};

const isLarge = (request: BenchRequest): boolean => upfrontTokens(request) >= LARGE_TOKENS;

/** 0 of none. */
const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);

/** What the vendor counts for them in the end. */
const tokensOf = (requests: readonly BenchRequest[], { refunds }: Scenario): number => {
  const tokens = refunds ? usedTokens : upfrontTokens;
  return requests.reduce((sum, request) => sum + tokens(request), 0);
};

const capacityTokensIn = ({ scenario, fromMs }: Measured): number =>
  scenario.isUnlimited ? Infinity : (capacityTokensPerS(scenario) * (TRACE_MS - fromMs)) / 1000;

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

const waitsOf = (
  served: readonly BenchRequest[],
  outcomes: Outcomes,
): { waitP50Ms: number; waitP99Ms: number } => {
  const waitsMs = Float64Array.from(served, ({ index }) => outcomes.waitsMs[index]!).toSorted();
  const at = (share: number): number => waitsMs[Math.floor(share * waitsMs.length)] ?? Number.NaN;
  return { waitP50Ms: at(0.5), waitP99Ms: at(0.99) };
};
