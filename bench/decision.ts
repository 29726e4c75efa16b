/**
 * What the balance costs: a decision with room, a line of ten thousand requests, and its memory.
 * README.md says how to read the table.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Plan, bareUs, decisionUs } from './decision/decide.ts';
import { lineBytes, lineCost, placeUs } from './decision/line.ts';
import { markdownTable } from './markdown-table.ts';
import { writeResults } from './results.ts';

const HELP = `Usage: npm run bench:decision -- [options]

  --quick   fewer rounds: a first look, not a verdict
  --write   put the table into out/bench.md (full runs only)
  --help    this text

Exit code: 0 when every bar holds, 1 when one does not.`;

const WAITERS = 10_000;
const MB = 1_000_000;

/** Bars on this machine: what a decision may take, and what those who wait may hold. */
const MOST_DECISION_US = 20;
const MOST_LINE_MB = 50;

const FULL = { rounds: 9, calls: 20_000 };
const QUICK = { rounds: 3, calls: 5_000 };

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: 'µs' | 'MB';
  readonly most?: number;
}

const measured = async (plan: Plan): Promise<Row[]> => {
  const us = (what: string, value: number, most?: number): Row => ({
    what,
    value,
    unit: 'µs',
    ...(most !== undefined && { most }),
  });
  const few = await decisionUs(3, plan);
  const many = await decisionUs(20, plan);
  const plain = await lineCost(WAITERS, Infinity);
  const mixed = await lineCost(WAITERS, 100);
  const count = WAITERS.toLocaleString('en-US');
  return [
    us('a bare async function that takes the first', await bareUs(plan)),
    us('a decision, 3 deployments', few.admitUs),
    us('a decision, 20 deployments', many.admitUs, MOST_DECISION_US),
    us('the end of its call', many.endUs),
    us(`one more gets in line, up to ${count}`, plain.enterUs),
    us(`a call ends while ${count} wait`, plain.endUs),
    us(`one comes and leaves while ${count} wait`, plain.visitUs),
    us(`one of ${count} is served, from its wake to its end`, plain.serveUs),
    us('the same where one in 100 may go to one deployment only', mixed.serveUs),
    us('the same where all wait for one of 100 places of ours', await placeUs(WAITERS)),
    {
      what: `${count} requests in line`,
      value: (await lineBytes(WAITERS, Math.min(plan.rounds, 3))) / MB,
      unit: 'MB',
      most: MOST_LINE_MB,
    },
  ];
};

const verdict = ({ value, most }: Row): string => {
  if (most === undefined) return '';
  return value <= most ? 'PASS' : 'FAIL';
};

const tableOf = (rows: readonly Row[]): string =>
  markdownTable([
    ['', 'median', 'at most', ''],
    ...rows.map((row) => [
      row.what,
      `${row.value.toFixed(row.value < 10 ? 2 : 1)} ${row.unit}`,
      row.most === undefined ? '' : `${row.most} ${row.unit}`,
      verdict(row),
    ]),
  ]);

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const plan = values.quick ? QUICK : FULL;
const rows = await measured(plan);
const heading = `${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; medians of ${plan.rounds} rounds`;
const table = tableOf(rows);
console.log(`${heading}\n\n${table}`);
if (rows.some((row) => verdict(row) === 'FAIL')) process.exitCode = 1;
if (values.write && !values.quick)
  writeResults('decision', `${new Date().toISOString().slice(0, 10)}: ${heading}\n\n${table}`);
