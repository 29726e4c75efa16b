import { markdownTable } from '../../markdown-table.ts';

/** A number that was measured, and its limit where it has one. */
export interface Check {
  readonly what: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A number that was not measured holds nothing. */
export const holds = ({ value, atMost = Infinity, atLeast = -Infinity }: Check): boolean =>
  value <= atMost && value >= atLeast;

const limitText = ({ atMost, atLeast }: Check): string => {
  if (atMost !== undefined) return `≤ ${atMost}`;
  return atLeast === undefined ? '' : `≥ ${atLeast}`;
};

const verdict = (check: Check): string => {
  if (limitText(check) === '') return '';
  return holds(check) ? 'PASS' : 'FAIL';
};

export const checkTable = (checks: readonly Check[]): string =>
  markdownTable([
    ['over HTTP', 'value', 'limit', 'verdict'],
    ...checks.map((check) => [
      check.what,
      check.value.toFixed(Number.isInteger(check.value) ? 0 : 2),
      limitText(check),
      verdict(check),
    ]),
  ]);
