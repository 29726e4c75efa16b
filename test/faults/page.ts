import type { FaultRow } from './row.ts';
import { attackerRows } from './rows/attacker.ts';
import { clientRows } from './rows/client.ts';
import { insideRows } from './rows/inside.ts';
import { upstreamRows } from './rows/upstream.ts';

/** Every fault that is reckoned with, in order. */
export const faultRows: readonly FaultRow[] = [
  ...upstreamRows,
  ...clientRows,
  ...attackerRows,
  ...insideRows,
].toSorted((a, b) => a.number - b.number);

const INTRO = `# Faults

What may go wrong around the gateway, what shall happen then, and the test that holds it. Written by \`npm run faults\` from \`test/faults/rows/\`: change it there.
"As in 1" speaks of the row with that number. Where a row says *not yet*, what happens instead stands beside it; *later* names what has to be there first.
`;

/** The page of the reference, as it is in the repository. */
export const faultsPage = (): string => {
  const rows = faultRows.map(
    (row) => `| ${row.number} | ${row.side} | ${row.fault} | ${row.expected} | ${stateOf(row)} |`,
  );
  const head = ['| # | whose | fault | what shall happen | state |', '|---|---|---|---|---|'];
  return `${INTRO}\n${sums()}\n\n${[...head, ...rows].join('\n')}\n`;
};

const stateOf = ({ held, notYet, later }: FaultRow): string => {
  const tests = held.map(([file, test]) => `\`${file}\`: ${test.replaceAll('|', '\\|')}`);
  return [
    ...(tests.length > 0 ? [`held by ${tests.join('; ')}`] : []),
    ...(notYet === undefined ? [] : [`*not yet*: ${notYet}`]),
    ...(later === undefined ? [] : [`*later*: ${later}`]),
  ].join('<br>');
};

const sums = (): string => {
  const whole = faultRows.filter((row) => row.held.length > 0 && !row.notYet && !row.later);
  const part = faultRows.filter((row) => row.held.length > 0 && (row.notYet ?? row.later));
  const none = faultRows.length - whole.length - part.length;
  return `Of ${faultRows.length} rows ${whole.length} are held, ${part.length} in part, ${none} not yet.`;
};
