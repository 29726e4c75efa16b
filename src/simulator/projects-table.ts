import { textTable } from '#core/text-table.ts';
import type { ProjectReport } from '#simulator/project-report.ts';

const CALLS_SHOWN = 10;

/** What else keeps calls out: shown once it has. */
const RARE = [
  ['refused (ramp)', 'ramp'],
  ['refused (money)', 'money'],
  ['met a fault', 'fault'],
  ['wrong', 'wrong'],
] as const;

type Column<Row> = readonly [title: string, align: 'left' | 'right', cell: (row: Row) => string];
type Call = ProjectReport['calls'][number];

/** What each project did, and below it its last calls, for people. */
export const formatProjects = (reports: readonly ProjectReport[]): string => {
  const admitted = reports.reduce((sum, report) => sum + report.admitted, 0);
  const summary = table(reports, [
    ['project', 'left', ({ id }) => id],
    ['requests', 'right', ({ requests }) => count(requests)],
    ['admitted', 'right', (report) => count(report.admitted)],
    ['share', 'right', (report) => share(report.admitted, admitted)],
    ['refused (requests)', 'right', ({ refused }) => count(refused.requests)],
    ['refused (tokens)', 'right', ({ refused }) => count(refused.tokens)],
    ...RARE.filter(([, why]) => reports.some(({ refused }) => refused[why] !== undefined)).map(
      ([title, why]): Column<ProjectReport> => [
        title,
        'right',
        ({ refused }) => count(refused[why] ?? 0),
      ],
    ),
    ['tokens in', 'right', ({ tokens }) => count(tokens.input)],
    ['tokens out', 'right', ({ tokens }) => count(tokens.output)],
  ]);
  const lists = reports.filter(({ calls }) => calls.length > 0).map(callList);
  return `${[summary, ...lists].join('\n\n')}\n`;
};

/** What limits did, project by project: the vendor's side of how well they were used. */
export const formatCounters = (reports: readonly ProjectReport[]): string => {
  const lines = table(reports, [
    ['project', 'left', ({ id }) => id],
    ['full (requests)', 'right', (report) => seconds(report.overflow_s.requests)],
    ['full (tokens)', 'right', (report) => seconds(report.overflow_s.tokens)],
    ['met a told limit', 'right', (report) => count(report.over_admission_attempts)],
    ['left', 'right', ({ left_usd }) => (left_usd === undefined ? '–' : `$${left_usd.toFixed(4)}`)],
  ]);
  return `${lines}\n`;
};

const callList = ({ id, calls }: ProjectReport): string => {
  const shown = calls.slice(-CALLS_SHOWN);
  const title = shown.length < calls.length ? `${id}, the last ${shown.length} calls` : id;
  const rows = table(shown, [
    ['  time (UTC)', 'left', ({ at }: Call) => `  ${at.slice(11, 23)}`],
    ['model', 'left', ({ model }) => model],
    ['tokens in', 'right', (call) => count(call.input_tokens)],
    ['tokens out', 'right', (call) => count(call.output_tokens)],
    ['status', 'right', ({ status }) => String(status)],
    ...(shown.some(({ fault }) => fault !== undefined) ? [FAULT] : []),
  ]);
  return `${title}\n${rows}`;
};

const FAULT: Column<Call> = ['fault', 'left', ({ fault = '' }) => fault];

const table = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  textTable(
    [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, , cell]) => cell(row)))],
    { align: columns.map(([, align]) => align) },
  );

const seconds = (n: number): string => `${n.toFixed(1)} s`;

const count = (n: number): string => n.toLocaleString('en');

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
