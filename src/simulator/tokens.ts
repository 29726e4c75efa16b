const LETTERS_PER_TOKEN = 8;
const DIGITS_PER_TOKEN = 3;
const MARKS_PER_TOKEN = 4;
const SPACES_PER_TOKEN = 16;

/**
 * Where the token that begins at `from` ends. A stand-in for a tokeniser, in one pass: a word with
 * the space before it, three digits, a run of marks or spaces, one character of Chinese, Japanese or Korean.
 */
const tokenEnd = (text: string, from: number): number => {
  let at = from;
  if (text.charCodeAt(at) === SPACE && at + 1 < text.length) at++;
  const kind = kindOf(text.charCodeAt(at));
  if (kind === 'wide') return at + 1;
  if (kind === 'surrogate') return Math.min(text.length, at + 2);
  const end = Math.min(text.length, at + LONGEST[kind]);
  do at++;
  while (at < end && kindOf(text.charCodeAt(at)) === kind);
  return at;
};

const SPACE = 0x20;

type Kind = 'letter' | 'digit' | 'mark' | 'space' | 'wide' | 'surrogate';

const LONGEST = {
  letter: LETTERS_PER_TOKEN,
  digit: DIGITS_PER_TOKEN,
  mark: MARKS_PER_TOKEN,
  space: SPACES_PER_TOKEN,
} as const;

const kindOf = (unit: number): Kind => {
  if (unit < 0x80) {
    if (unit <= SPACE) return 'space';
    if (unit >= 0x30 && unit <= 0x39) return 'digit';
    const lower = unit | 0x20;
    return lower >= 0x61 && lower <= 0x7a ? 'letter' : 'mark';
  }
  if (unit >= 0xd800 && unit <= 0xdfff) return 'surrogate';
  return unit >= 0x2e80 && unit <= 0xffef ? 'wide' : 'letter';
};

/** The text in pieces of about a token each; joined they are the text. */
export const splitTokens = (text: string): string[] => {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = tokenEnd(text, from);
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
};

/** As many as `splitTokens` would give, without making them: for prompts of megabytes. */
export const countTokens = (text: string): number => {
  let count = 0;
  for (let from = 0; from < text.length; count++) from = tokenEnd(text, from);
  return count;
};
