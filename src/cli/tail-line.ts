import { shortId } from '#core/ids.ts';
import { type Json, type JsonObject, own } from '#core/json.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly cell: (line: JsonObject) => string;
}

/** Lines come one by one: columns have a width from the start, and what is longer pushes the rest. */
const COLUMNS: readonly Column[] = [
  { title: 'TIME', width: 8, align: 'left', cell: (line) => clock(own(line, 'time')) },
  { title: 'STATUS', width: 6, align: 'left', cell: (line) => text(own(line, 'status')) },
  { title: 'MODEL', width: 16, align: 'left', cell: (line) => group(line) },
  { title: 'DEPLOYMENT', width: 12, align: 'left', cell: (line) => text(own(line, 'deployment')) },
  { title: 'TOOK', width: 8, align: 'right', cell: (line) => span(own(line, 'total_ms')) },
  { title: 'IN LINE', width: 8, align: 'right', cell: (line) => span(own(line, 'queue_ms')) },
  { title: 'FIRST', width: 8, align: 'right', cell: (line) => span(own(line, 'first_ms')) },
  { title: 'IN', width: 7, align: 'right', cell: (line) => text(own(line, 'input_tokens')) },
  { title: 'OUT', width: 6, align: 'right', cell: (line) => text(own(line, 'output_tokens')) },
  { title: 'CALLER', width: 16, align: 'left', cell: (line) => caller(line) },
  { title: 'ID', width: 8, align: 'left', cell: (line) => shortId(text(own(line, 'id'))) },
  { title: '', width: 0, align: 'left', cell: (line) => note(line) },
];

const NOTE_CHARS = 100;

/** A request as one line of fixed columns. */
export const tailText = (line: JsonObject): string => row(COLUMNS.map(({ cell }) => cell(line)));

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, i) => {
      const { width, align } = COLUMNS[i]!;
      const clean = cell.replaceAll(/\p{C}/gu, ' ');
      return align === 'left' ? clean.padEnd(width) : clean.padStart(width);
    })
    .join('  ')
    .trimEnd();

export const TAIL_HEAD = row(COLUMNS.map(({ title }) => title));

export const leftOutText = (fields: JsonObject): string =>
  `… ${Number(own(fields, 'requests')).toLocaleString('en-US')} more requests, not shown`;

const text = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '-';

/** Local time: it is read beside a clock. */
const clock = (value: Json | undefined): string =>
  typeof value === 'string' ? new Date(value).toTimeString().slice(0, 8) : '-';

const span = (value: Json | undefined): string => {
  if (typeof value !== 'number') return '-';
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
};

const group = (line: JsonObject): string => {
  const fallback = own(line, 'fallback');
  const asked = own(line, 'asked_model');
  const name = typeof asked === 'string' ? asked : text(own(line, 'group'));
  return typeof fallback === 'string' ? `${name} → ${fallback}` : name === '' ? '-' : name;
};

const caller = (line: JsonObject): string => {
  const user = text(own(line, 'user'));
  const key = text(own(line, 'key')) || '-';
  return user === '' || user === '-' ? key : `${key}/${user}`;
};

/** What is out of the ordinary. */
const note = (line: JsonObject): string => {
  const error = own(line, 'error');
  const attempts = own(line, 'attempts');
  const tries = typeof attempts === 'number' && attempts > 1 ? [`${attempts} tries`] : [];
  return [...tries, ...(typeof error === 'string' ? [error.slice(0, NOTE_CHARS)] : [])].join('; ');
};
