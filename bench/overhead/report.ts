/** The bars, and the table that says whether they hold. */
import { markdownTable } from '../markdown-table.ts';
import type { Measure, Sample } from './measure.ts';
import { median } from './statistics.ts';
import type { TargetName } from './targets.ts';

/** What the gateway may cost, against the bare proxy in the same run. */
const BARS = {
  wholeCpuRatio: 2,
  chunkCpuRatio: 1.5,
  rssExtraMb: 80,
  p99AddedRatio: 1.5,
  p99AddedExtraMs: 0.5,
  startMs: 1000,
} as const;

export type Column = 'direct' | TargetName;
const COLUMNS: readonly Column[] = ['direct', 'bare proxy', 'nginx', 'gateway'];

interface Bar {
  readonly text: string;
  holds(gateway: number, bare: number): boolean;
}

interface Row {
  readonly label: string;
  readonly measure: Measure;
  readonly digits: number;
  /** How the others stand beside the bare proxy; absent where that says nothing. */
  readonly against?: 'ratio' | 'difference';
  readonly bar?: Bar;
}

const ratioBar = (limit: number): Bar => ({
  text: `≤ ${limit.toFixed(1)} × bare`,
  holds: (gateway, bare) => gateway <= limit * bare,
});

const RSS_BAR: Bar = {
  text: `≤ bare + ${BARS.rssExtraMb} MB`,
  holds: (gateway, bare) => gateway <= bare + BARS.rssExtraMb,
};

const P99_BAR: Bar = {
  text: `≤ ${BARS.p99AddedRatio} × bare + ${BARS.p99AddedExtraMs} ms`,
  holds: (gateway, bare) => gateway <= BARS.p99AddedRatio * bare + BARS.p99AddedExtraMs,
};

const START_BAR: Bar = {
  text: `< ${BARS.startMs} ms`,
  holds: (gateway) => gateway < BARS.startMs,
};

const whole = { digits: 1, against: 'ratio' } as const;
const chunk = { digits: 2, against: 'ratio' } as const;
const memory = { digits: 0, against: 'difference' } as const;
const latency = { digits: 2 } as const;

const ROWS: readonly Row[] = [
  { label: 'CPU per whole request, c=1, µs', measure: 'whole.c1.us', ...whole },
  {
    label: 'CPU per whole request, c=32, µs',
    measure: 'whole.c32.us',
    ...whole,
    bar: ratioBar(BARS.wholeCpuRatio),
  },
  {
    label: 'CPU per whole request, c=128, µs',
    measure: 'whole.c128.us',
    ...whole,
    bar: ratioBar(BARS.wholeCpuRatio),
  },
  { label: 'CPU per streamed chunk, c=1, µs', measure: 'chunk.c1.us', ...chunk },
  {
    label: 'CPU per streamed chunk, c=32, µs',
    measure: 'chunk.c32.us',
    ...chunk,
    bar: ratioBar(BARS.chunkCpuRatio),
  },
  {
    label: 'CPU per streamed chunk, c=128, µs',
    measure: 'chunk.c128.us',
    ...chunk,
    bar: ratioBar(BARS.chunkCpuRatio),
  },
  { label: 'client reads per chunk, c=32', measure: 'reads.c32.perChunk', digits: 2 },
  { label: 'client reads per chunk, c=128', measure: 'reads.c128.perChunk', digits: 2 },
  { label: 'RSS under load, c=32, MB', measure: 'rss.c32.mb', ...memory, bar: RSS_BAR },
  { label: 'RSS under load, c=128, MB', measure: 'rss.c128.mb', ...memory, bar: RSS_BAR },
  { label: 'RSS, highest ever (VmHWM), MB', measure: 'rss.highest.mb', ...memory },
  { label: 'p50 at 500/s, ms', measure: 'latency.p50.ms', ...latency },
  { label: 'p99 at 500/s, ms', measure: 'latency.p99.ms', ...latency },
  { label: 'p50 added at 500/s, ms', measure: 'added.p50.ms', ...latency },
  { label: 'p99 added at 500/s, ms', measure: 'added.p99.ms', ...latency, bar: P99_BAR },
  { label: 'start to ready, ms', measure: 'start.ms', digits: 0, bar: START_BAR },
  { label: 'core time taken by others, %', measure: 'strangers.percent', digits: 1 },
];

export interface Report {
  /** A Markdown table, aligned for a terminal too. */
  readonly table: string;
  /** Labels of the rows whose bar the gateway missed, or whose value nobody measured. */
  readonly missed: readonly string[];
  /** Why to doubt the numbers, if there is a reason. */
  readonly doubt: string | undefined;
}

/** Above this share of the target's core in other hands, close verdicts on it are luck. */
const STRANGERS_LIMIT_PERCENT = 10;

const HELD = 'held';

/** NaN where nothing was measured. */
type Medians = (column: Column, measure: Measure) => number;

const cell = (row: Row, column: Column, value: Medians): string => {
  const own = value(column, row.measure);
  const bare = value('bare proxy', row.measure);
  if (Number.isNaN(own)) return '';
  const text = own.toFixed(row.digits);
  if (column === 'bare proxy' || row.against === undefined) return text;
  if (row.against === 'ratio') return `${text} (${(own / bare).toFixed(2)}×)`;
  return `${text} (${own < bare ? '−' : '+'}${Math.abs(own - bare).toFixed(row.digits)})`;
};

const verdict = (row: Row, value: Medians): string => {
  if (row.bar === undefined) return '';
  const own = value('gateway', row.measure);
  if (Number.isNaN(own)) return 'not measured';
  return row.bar.holds(own, value('bare proxy', row.measure)) ? HELD : 'MISSED';
};

const doubt = (columns: readonly Column[], value: Medians): string | undefined => {
  const shares = columns.map((column) => value(column, 'strangers.percent'));
  const most = Math.max(...shares.filter((share) => !Number.isNaN(share)));
  if (most <= STRANGERS_LIMIT_PERCENT) return undefined;
  return (
    `Other programs took ${most.toFixed(0)} % of the core: repeat on a quiet machine before you ` +
    'believe a close verdict.'
  );
};

/** Medians over the rounds, beside the bare proxy's. Rows that nobody measured are left out. */
export const report = (samples: ReadonlyMap<Column, readonly Sample[]>): Report => {
  const columns = COLUMNS.filter((column) => samples.has(column));
  const value: Medians = (column, measure) =>
    median((samples.get(column) ?? []).flatMap((sample) => sample.get(measure) ?? []));

  const rows = ROWS.filter((row) =>
    columns.some((column) => !Number.isNaN(value(column, row.measure))),
  );
  const cells = rows.map((row) => [
    row.label,
    ...columns.map((column) => cell(row, column, value)),
    row.bar?.text ?? '',
    verdict(row, value),
  ]);
  return {
    table: markdownTable([['', ...columns, 'bar', 'verdict'], ...cells]),
    missed: rows
      .filter((row) => row.bar !== undefined && verdict(row, value) !== HELD)
      .map((row) => row.label),
    doubt: doubt(columns, value),
  };
};
