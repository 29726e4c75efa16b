// East Asian Wide and Fullwidth (UAX #11): two columns each. Halfwidth katakana is one.
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

let graphemes: Intl.Segmenter | undefined;

/** Made for the first who asks: a server that shows nothing need not know where signs end. */
const signsOf = (text: string): Intl.Segments => {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return graphemes.segment(text);
};

/** Columns that a text takes in a terminal. */
export const displayWidth = (text: string): number => {
  let width = 0;
  for (const { segment } of signsOf(text)) {
    if (INVISIBLE.test(segment)) continue;
    width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
};

/** As much of a text as `columns` of a terminal hold, with `…` where something is left out. */
export const cutToWidth = (text: string, columns: number): string => {
  if (displayWidth(text) <= columns) return text;
  let width = 1;
  let shown = '';
  for (const { segment } of signsOf(text)) {
    width += displayWidth(segment);
    if (width > columns) break;
    shown += segment;
  }
  return `${shown}…`;
};
