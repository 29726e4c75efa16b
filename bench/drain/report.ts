/** What a run came to, as tables. */
import { markdownTable } from '../markdown-table.ts';
import type { Bar, Verdict } from './bars.ts';
import type { Pair } from './pairs.ts';
import { type Scenario, SCENARIOS } from './scenarios.ts';

const percentText = (share: number): string => `${Math.round(100 * share)} %`;

const meanOf = (pairs: readonly Pair[], value: (pair: Pair) => number): number =>
  pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;

const secondsText = (ms: number): string => {
  if (Number.isNaN(ms)) return '-';
  if (ms < 50) return '0';
  return (ms / 1000).toFixed(ms < 10_000 ? 1 : 0);
};

const cell = (pairs: readonly Pair[]): string => {
  if (pairs.length === 0) return '';
  const goodput = meanOf(pairs, ({ own }) => own.goodput).toFixed(1);
  const refused = meanOf(pairs, ({ own }) => own.refused).toFixed(1);
  const p50 = secondsText(meanOf(pairs, ({ own }) => own.waitP50Ms));
  const p99 = secondsText(meanOf(pairs, ({ own }) => own.waitP99Ms));
  const vendor = meanOf(pairs, ({ own }) => own.vendorRefusals).toFixed(1);
  return `${goodput}/${refused}/${p50}·${p99}/${vendor}`;
};

/** Each cell: goodput % / refused % / wait p50·p99 s / the vendor's refusals per 100 requests. */
const loadTable = ({ loads }: Scenario, pairs: readonly Pair[]): string => {
  const ran = loads.filter((load) => pairs.some((pair) => pair.load === load));
  const rows = contendersOf(pairs).map((contender) => [
    contender,
    ...ran.map((load) =>
      cell(pairs.filter((pair) => pair.contender === contender && pair.load === load)),
    ),
  ]);
  return markdownTable([['', ...ran.map(percentText)], ...rows]);
};

/** Each cell: served % / of capacity % / wait p50·p99 s. */
const tenantTable = ({ traffic }: Scenario, pairs: readonly Pair[]): string => {
  const tenants = [...(traffic.tenantShares ?? []).keys()];
  const rows = contendersOf(pairs).map((contender) => {
    const own = pairs.filter((pair) => pair.contender === contender);
    const tenantCell = (tenant: number): string => {
      const mean = (field: 'served' | 'ofCapacity' | 'waitP50Ms' | 'waitP99Ms'): number =>
        meanOf(own, (pair) => pair.own.tenants[tenant]![field]);
      const waits = `${secondsText(mean('waitP50Ms'))}·${secondsText(mean('waitP99Ms'))}`;
      return `${mean('served').toFixed(1)}/${mean('ofCapacity').toFixed(1)}/${waits}`;
    };
    return [contender, ...tenants.map(tenantCell)];
  });
  return markdownTable([['', ...tenants.map((tenant) => `tenant ${tenant}`)], ...rows]);
};

const contendersOf = (pairs: readonly Pair[]): string[] => [
  ...new Set(pairs.map(({ contender }) => contender)),
];

/** One table for each scenario that ran. */
export const scenarioTables = (pairs: readonly Pair[]): string =>
  SCENARIOS.flatMap((scenario) => {
    const own = pairs.filter((pair) => pair.scenario === scenario.id);
    if (own.length === 0) return [];
    const isShared = scenario.traffic.tenantShares !== undefined;
    const table = isShared ? tenantTable(scenario, own) : loadTable(scenario, own);
    return [`**${scenario.id}**: ${scenario.title}\n\n${table}`];
  }).join('\n\n');

const limitText = ({ atMost, atLeast }: Bar): string =>
  atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;

const whereText = ({ bar, load, seed }: Verdict): string =>
  `${percentText(load)}${seed === undefined ? '' : `, seed ${seed}`}` +
  (bar.seeds === undefined ? '' : `, seeds to ${bar.seeds}`);

/** A line for each bar and scenario: where it was closest, or missed most. */
export const barTable = (verdicts: readonly Verdict[]): string => {
  const tightest = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const { bar, scenario } = verdict;
    const line = `${bar.contender} ${scenario} ${bar.measure} ${bar.over} ${bar.loads?.join()}`;
    const other = tightest.get(line);
    if (other === undefined || !(verdict.margin >= other.margin)) tightest.set(line, verdict);
  }
  const rows = [...tightest.values()].map((verdict) => [
    `${verdict.bar.contender}: ${verdict.scenario} ${verdict.bar.measure}, ` +
      (verdict.bar.over === 'mean' ? 'mean' : 'any seed'),
    verdict.value.toFixed(2),
    limitText(verdict.bar),
    verdict.margin.toFixed(2),
    whereText(verdict),
    verdict.holds ? 'PASS' : 'FAIL',
  ]);
  return markdownTable([['bar', 'value', 'limit', 'margin', 'closest at', 'verdict'], ...rows]);
};
