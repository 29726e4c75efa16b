import { read } from './files.ts';

/** The rows of a page's tables of which the first cell is code. */
const rows = (page: string): string[][] =>
  [...read(page).matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | ').map((cell) => cell.trim()),
  );

const codes = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The fields that the reference of quotas has, as `pools.limits.level`. */
export const quotaTable = (): string[] =>
  rows('docs/reference/quota.md').flatMap(([field = '']) => codes(field));

/** The metrics that their reference has, with their labels. */
export const metricsTable = (): ReadonlyMap<string, readonly string[]> =>
  new Map(
    rows('docs/reference/metrics.md').map(([name = '', labels = '']) => [
      codes(name)[0]!,
      codes(labels),
    ]),
  );
