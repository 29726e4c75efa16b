import type { PlanColumn } from '#server/plan-run.ts';
import type { JsonObject } from '#core/json.ts';
import { textTable } from '#core/text-table.ts';
import type { KnownLimits, LimitOrigin } from '#plan/assumed-limits.ts';
import {
  type DeploymentSummary,
  type Fared,
  type PlanSummary,
  summaryJson,
} from '#plan/summary.ts';
import type { Traffic } from '#plan/traffic.ts';

export interface PlanReport {
  readonly file: string;
  readonly traffic: Traffic;
  readonly columns: readonly PlanColumn[];
}

/** For people: the traffic, the limits, and how each column fared. */
export const planText = ({ file, traffic, columns }: PlanReport): string =>
  [
    [...trafficLines(file, traffic), ...limitLines(columns)].join('\n'),
    faredTable(columns),
    groupTable(columns),
    deploymentTable(columns),
    notes(columns).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

const MINUTE_MS = 60_000;

const trafficLines = (file: string, { requests, broken, passedOver }: Traffic): string[] => {
  const [first, last] = [requests[0]!, requests.at(-1)!];
  const spanMs = last.wallMs - first.wallMs;
  const perMinute = requests.length / Math.max(1, spanMs / MINUTE_MS);
  const left = [...passedOver].map(([status, count]) => `${num(count)} with status ${status}`);
  const faults = broken.first.map(({ line, why }) => `          line ${line}: ${why}`);
  const more = broken.count - broken.first.length;
  return [
    `Traffic   ${file}: ${plural(requests.length, 'request')} in ${spanText(spanMs)}, ${num(perMinute, 1)} a minute`,
    ...(left.length > 0
      ? [`          left out, no deployment had to serve them: ${left.join(', ')}`]
      : []),
    ...(broken.count > 0 ? [`          left out, broken: ${plural(broken.count, 'line')}`] : []),
    ...faults,
    ...(more > 0 ? [`          and ${num(more)} more`] : []),
  ];
};

const ORIGINS: Readonly<Record<LimitOrigin, string>> = {
  config: 'stated by the config',
  header: 'learned',
  refusal: 'learned',
  learned: 'learned',
  row: "assumed from the rows' rpm and tpm",
  option: 'assumed from --rpm and --tpm',
};

/** Deployments with equal limits share a line. */
const limitLines = (columns: readonly PlanColumn[]): string[] => {
  const names = new Map<string, string[]>();
  for (const limits of columns[0]!.limits) {
    const text = limitsText(limits);
    names.set(text, [...(names.get(text) ?? []), limits.deployment]);
  }
  return [...names].map(
    ([text, its], i) => `${i === 0 ? 'Limits    ' : '          '}${listText(its)}: ${text}`,
  );
};

const limitsText = ({ perMinute }: KnownLimits): string => {
  if (perMinute.length === 0) return 'none that is known: takes everything at once';
  const amounts = perMinute.map(({ dimension, amount }) => `${num(amount)} ${dimension}`);
  const origins = new Set(perMinute.map(({ from }) => ORIGINS[from]));
  return `${amounts.join(', ')} a minute (${[...origins].join('; ')})`;
};

const MOST_LISTED = 6;
const listText = (names: readonly string[]): string =>
  names.length > MOST_LISTED
    ? `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`
    : names.join(', ');

const CODES: Readonly<Record<string, string>> = {
  rate_limited: 'their turn would come too late',
  too_large: 'larger than every limit',
  no_deployment: 'no deployment may take them',
};

const faredTable = (columns: readonly PlanColumn[]): string => {
  const each = (cell: (fared: Fared, summary: PlanSummary) => string): string[] =>
    columns.map(({ summary }) => cell(summary.all, summary));
  const codes = new Set(columns.flatMap(({ summary }) => Object.keys(summary.all.refusedBy)));
  const rows = [
    ['', ...columns.map(({ title }) => title)],
    ['served', ...each(({ served }) => num(served))],
    ['refused', ...each((one) => partText(one.refused, one.requests))],
    ...[...codes].map((code) => [
      `  ${CODES[code] ?? code}`,
      ...each(({ refusedBy }) => num(refusedBy[code] ?? 0)),
    ]),
    ['waited in line', ...each((one) => partText(one.waited, one.served))],
    ['  half of all at most', ...each(({ waitP50Ms }) => spanText(waitP50Ms))],
    ['  99 % of all at most', ...each(({ waitP99Ms }) => spanText(waitP99Ms))],
    ['  the longest', ...each(({ waitMostMs }) => spanText(waitMostMs))],
    ['cost', ...each((_, summary) => costText(summary))],
  ];
  return textTable(rows, { align: ['left', ...columns.map(() => 'right' as const)] });
};

/** Where there are several models. */
const groupTable = (columns: readonly PlanColumn[]): string => {
  const groups = Object.keys(columns[0]!.summary.groups);
  if (groups.length < 2) return '';
  const rows = groups.map((group) => [
    group,
    num(columns[0]!.summary.groups[group]!.requests),
    ...columns.flatMap(({ summary }) => {
      const one = summary.groups[group];
      return one ? [partText(one.refused, one.requests), spanText(one.waitP99Ms)] : ['', ''];
    }),
  ]);
  const head = ['MODEL', 'REQUESTS', ...columns.flatMap(() => ['REFUSED', 'WAIT 99 %'])];
  return textTable([above(columns, { before: 2, each: 2 }), head, ...rows], {
    align: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
};

/** Requests, use, and the cost where anything has a price. */
const deploymentTable = (columns: readonly PlanColumn[]): string => {
  const each = columns.some(({ summary }) => summary.nanos > 0) ? 3 : 2;
  const names = new Set(
    columns.flatMap(({ summary }) => summary.deployments.map(({ deployment }) => deployment)),
  );
  const found = ({ summary }: PlanColumn, name: string): DeploymentSummary | undefined =>
    summary.deployments.find(({ deployment }) => deployment === name);
  const rows = [...names].map((name) => {
    const all = columns.map((column) => found(column, name));
    return [
      name,
      all.find((one) => one?.busiest)?.busiest?.limit ?? 'none known',
      ...all.flatMap((one) => deploymentCells(one).slice(0, each)),
    ];
  });
  const head = [
    'DEPLOYMENT',
    'LIMIT',
    ...columns.flatMap(() => ['REQUESTS', 'USED', 'COST'].slice(0, each)),
  ];
  return textTable([above(columns, { before: 2, each }), head, ...rows], {
    align: ['left', 'left', ...head.slice(2).map(() => 'right' as const)],
  });
};

const deploymentCells = (one: DeploymentSummary | undefined): string[] =>
  one
    ? [num(one.requests), one.busiest ? percent(one.busiest.used) : '', moneyText(one.nanos)]
    : ['', '', ''];

/** The columns' titles over the first of each one's cells. */
const above = (
  columns: readonly PlanColumn[],
  { before, each }: { readonly before: number; readonly each: number },
): string[] => [
  ...Array<string>(before).fill(''),
  ...columns.flatMap(({ title }) => [title, ...Array<string>(each - 1).fill('')]),
];

const notes = (columns: readonly PlanColumn[]): string[] => {
  const { unknownModels, unpriced, nanos } = columns[0]!.summary;
  const unknown = Object.entries(unknownModels).map(([model, count]) => `${model} (${num(count)})`);
  return [
    ...(unknown.length > 0 ? [`Not in this config, and left out: ${unknown.join(', ')}.`] : []),
    ...(unpriced > 0
      ? [
          `${nanos > 0 ? `${plural(unpriced, 'request')} had no price` : 'Nothing has a price'} that is known: input_cost_per_token and output_cost_per_token of a row's model_info state one.`,
        ]
      : []),
  ];
};

const costText = ({ nanos, unpriced }: PlanSummary): string => {
  if (nanos === 0 && unpriced > 0) return 'no prices';
  return `${moneyText(nanos)}${unpriced > 0 ? ' and more' : ''}`;
};

const moneyText = (nanos: number | undefined): string => {
  if (nanos === undefined) return '';
  const dollars = nanos / 1e9;
  return `$${dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: dollars < 1 ? 4 : 2 })}`;
};

const num = (amount: number, digits = 0): string =>
  amount.toLocaleString('en-US', { maximumFractionDigits: digits });

const plural = (amount: number, word: string): string =>
  `${num(amount)} ${word}${amount === 1 ? '' : 's'}`;

const percent = (share: number): string => `${num(100 * share, share < 0.1 ? 1 : 0)} %`;

const partText = (part: number, whole: number): string =>
  `${num(part)} (${percent(whole === 0 ? 0 : part / whole)})`;

const spanText = (ms: number): string => {
  if (ms < 1_000) return `${num(ms)} ms`;
  if (ms < 2 * MINUTE_MS) return `${num(ms / 1_000, 1)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

export const planJson = ({ file, traffic, columns }: PlanReport): JsonObject => ({
  traffic: {
    file,
    requests: traffic.requests.length,
    from: new Date(traffic.requests[0]!.wallMs).toISOString(),
    to: new Date(traffic.requests.at(-1)!.wallMs).toISOString(),
    broken: traffic.broken.count,
    first_broken: traffic.broken.first.map(({ line, why }) => ({ line, why })),
    passed_over: Object.fromEntries(traffic.passedOver),
  },
  columns: columns.map(({ title, limits, summary }) => ({
    title,
    limits: limits.map(({ deployment, perMinute }) => ({
      deployment,
      per_minute: perMinute.map(({ dimension, amount, from }) => ({ dimension, amount, from })),
    })),
    ...summaryJson(summary),
  })),
});
