import { signsOf } from '#flow/jinja/values.ts';

export interface Wrapping {
  /** Signs in a line. */
  readonly most: number;
  readonly breaksWords: boolean;
  readonly breaksHyphens: boolean;
}

const SPACE = '[\\t\\n\\v\\f\\r ]';
const OTHER = '[^\\t\\n\\v\\f\\r ]';
const WORD = `[\\p{L}\\p{N}_!"'&.,?]`;
const LETTER = '[\\p{L}_]';

/** Where Python's textwrap may part a line: at white space, and behind hyphens within words. */
const WITH_HYPHENS = new RegExp(
  `(${SPACE}+|(?<=${WORD})-{2,}(?=[\\p{L}\\p{N}_])|${OTHER}+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|(?=${SPACE}|$)|(?<=${WORD})(?=-{2,}[\\p{L}\\p{N}_])))`,
  'u',
);
const AT_SPACES = new RegExp(`(${SPACE}+)`, 'u');

/** One line as the lines of Python's `textwrap`, tabs and white space within being kept. */
export const wrapped = (line: string, how: Wrapping): string[] => {
  const chunks = line
    .split(how.breaksHyphens ? WITH_HYPHENS : AT_SPACES)
    .filter((chunk) => chunk !== '')
    .toReversed();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const row: string[] = [];
    let taken = 0;
    if (isSpace(chunks.at(-1)!) && lines.length > 0) chunks.pop();
    while (chunks.length > 0) {
      const size = signsOf(chunks.at(-1)!).length;
      if (taken + size > how.most) break;
      row.push(chunks.pop()!);
      taken += size;
    }
    const next = chunks.at(-1);
    if (next !== undefined && signsOf(next).length > how.most)
      breakWord(chunks, row, { ...how, room: how.most - taken });
    if (row.length > 0 && isSpace(row.at(-1)!)) row.pop();
    if (row.length > 0) lines.push(row.join(''));
  }
  return lines;
};

const isSpace = (chunk: string): boolean => chunk.trim() === '';

const breakWord = (chunks: string[], row: string[], how: Wrapping & { room: number }): void => {
  if (!how.breaksWords) {
    if (row.length === 0) row.push(chunks.pop()!);
    return;
  }
  const room = Math.max(1, how.room);
  const signs = Array.from(signsOf(chunks.pop()!));
  let end = room;
  if (how.breaksHyphens && signs.length > room) {
    const hyphen = signs.slice(0, room).lastIndexOf('-');
    if (hyphen > 0 && signs.slice(0, hyphen).some((sign) => sign !== '-')) end = hyphen + 1;
  }
  row.push(signs.slice(0, end).join(''));
  chunks.push(signs.slice(end).join(''));
};
