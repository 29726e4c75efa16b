import { send } from './api.ts';

/** What spreadsheets take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

type Row = Readonly<Record<string, string | number | null>>;

const field = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Rows as a table for spreadsheets; all have the fields of the first. */
export const csvOf = (rows: readonly Row[]): string => {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? null))];
  return lines.map((line) => `${line.map(field).join(',')}\n`).join('');
};

export const jsonlOf = (rows: readonly Row[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Hands a text to the browser as a file. */
export const save = (name: string, content: Blob): void => {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

/** A file of the server's, with the page's own word: a plain link would not be let in. */
export const download = async (path: string, name: string): Promise<void> =>
  save(name, await (await send(path)).blob());
