import { spend } from '#flow/jinja/fuel.ts';
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

/** A word as its signs, and so no longer than it is to look at. */
type Chunk = readonly string[] | string;

/** One line as the lines of Python's `textwrap`, tabs and white space within being kept. */
export const wrapped = (line: string, how: Wrapping): string[] => {
  const chunks: Chunk[] = line
    .split(how.breaksHyphens ? WITH_HYPHENS : AT_SPACES)
    .filter((chunk) => chunk !== '')
    .map(signsOf)
    .toReversed();
  spend(chunks.length);
  const lines: string[] = [];
  while (chunks.length > 0) {
    const row: Chunk[] = [];
    let taken = 0;
    if (isSpace(chunks.at(-1)!) && lines.length > 0) chunks.pop();
    while (chunks.length > 0) {
      const size = chunks.at(-1)!.length;
      if (taken + size > how.most) break;
      row.push(chunks.pop()!);
      taken += size;
    }
    const next = chunks.at(-1);
    if (next !== undefined && next.length > how.most)
      breakWord(chunks, row, { ...how, room: how.most - taken });
    if (row.length > 0 && isSpace(row.at(-1)!)) row.pop();
    if (row.length > 0) lines.push(row.map(joined).join(''));
    spend();
  }
  return lines;
};

const joined = (chunk: Chunk): string => (typeof chunk === 'string' ? chunk : chunk.join(''));

const isSpace = (chunk: Chunk): boolean =>
  typeof chunk === 'string' ? chunk.trim() === '' : chunk.every((sign) => sign.trim() === '');

const breakWord = (chunks: Chunk[], row: Chunk[], how: Wrapping & { room: number }): void => {
  if (!how.breaksWords) {
    if (row.length === 0) row.push(chunks.pop()!);
    return;
  }
  // Where a line is full nothing of the word stands in it.
  const { room } = how;
  const signs = chunks.pop()!;
  const head = signs.slice(0, room);
  let end = room;
  if (how.breaksHyphens && signs.length > room) {
    const hyphen = head.lastIndexOf('-');
    if (hyphen > 0 && Array.from(head.slice(0, hyphen)).some((sign) => sign !== '-'))
      end = hyphen + 1;
  }
  // Of a list all that is left is copied.
  if (typeof signs !== 'string') spend(signs.length >> 4);
  row.push(signs.slice(0, end));
  chunks.push(signs.slice(end));
};
