import { markdownTable } from '../markdown-table.ts';
import type { TrialResult } from './trial.ts';

/** What the gateway has to keep in every trial. */
const BARS = { served: 0.999, more: 0.2, ejectMs: 2_000, returnMs: 10_000 };

export interface Row {
  readonly name: string;
  readonly trials: readonly TrialResult[];
  /** Whether it has to keep the bars. */
  readonly isJudged: boolean;
}

/** Which bars a contender has missed, in words; empty where it keeps them all. */
export const missed = ({ trials }: Row): string[] => {
  const { served, more, ejectMs, returnMs } = BARS;
  const faults: string[] = [];
  if (trials.some((one) => one.served / one.requests < served)) faults.push('served');
  if (trials.some((one) => one.moreCalls / one.requests > more)) faults.push('retries');
  const outages = trials.flatMap((one) => one.outages);
  if (outages.some((one) => !(one.ejectMs < ejectMs))) faults.push('time to eject');
  if (outages.some((one) => !(one.returnMs < returnMs))) faults.push('time to return');
  return faults;
};

const HEAD = [
  'contender',
  'served %',
  'more calls %',
  'calls with the revoked key',
  'out after s',
  'back after s',
  'first byte p50·p99 s',
  'bars',
];

export const table = (rows: readonly Row[]): string =>
  markdownTable([HEAD, ...rows.map((row) => cells(row))]);

const cells = (row: Row): string[] => {
  const { trials } = row;
  const sum = (of: (one: TrialResult) => number): number =>
    trials.reduce((all, one) => all + of(one), 0);
  const requests = sum((one) => one.requests);
  const outages = trials.flatMap((one) => one.outages);
  const worst = (of: (one: (typeof outages)[number]) => number): string =>
    seconds(Math.max(...outages.map(of)));
  const firstMs = trials.flatMap((one) => one.firstMs).toSorted((a, b) => a - b);
  const quantile = (share: number): string =>
    seconds(firstMs[Math.floor(share * firstMs.length)] ?? Number.NaN);
  const faults = missed(row);
  return [
    row.name,
    ((100 * sum((one) => one.served)) / requests).toFixed(3),
    ((100 * sum((one) => one.moreCalls)) / requests).toFixed(1),
    String(Math.round(sum((one) => one.revokedCalls) / trials.length)),
    worst((one) => one.ejectMs),
    worst((one) => one.returnMs),
    `${quantile(0.5)}·${quantile(0.99)}`,
    row.isJudged ? (faults.length === 0 ? 'held' : `missed: ${faults.join(', ')}`) : '',
  ];
};

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
