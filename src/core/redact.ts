/** Keys as vendors write them, masked ones included (`sk-ab**********yz`), and bearer tokens. */
const KEY =
  /\b(?:(?:sk|pk|rk|gsk|xai)[-_]|AIza)[\w*-]{6,}|\b(?:ya29\.|eyJ[\w-]+\.)[\w.-]+|\bBearer\s+\S+/gi;
/** URLs, and bare hosts with a port: where we send is nobody's business. */
const PLACE = /\bhttps?:\/\/\S+|\b[\w-]+(?:\.[\w-]+)+:\d+\b|\b(?:\d{1,3}\.){3}\d{1,3}\b/gi;
/** What would break a line or a terminal. */
const CONTROL = /\p{Cc}+/gu;

/** Shorter keys may be part of a word, and are looked for as words of their own. */
const WORD_CHARS = 8;

export interface Known {
  readonly keys: readonly string[];
  readonly places: readonly string[];
  /** Pieces of a prompt that is nobody's business, the longest of those that overlap first. */
  readonly words?: readonly string[];
}

const NOTHING_KNOWN: Known = { keys: [], places: [] };

/**
 * A text from outside made fit to show: no key and no address, neither one that looks so nor one
 * that is known, one line, at most `maxChars` long.
 */
export const redact = (text: string, maxChars = 400, known = NOTHING_KNOWN): string => {
  let clean = withoutWords(text.slice(0, maxChars * 4), known.words ?? []);
  for (const key of known.keys)
    clean = clean.replaceAll(key.length < WORD_CHARS ? wordOf(key) : key, '[key]');
  clean = clean.replaceAll(KEY, '[key]').replaceAll(PLACE, '[address]');
  for (const place of known.places) clean = clean.replaceAll(place, '[address]');
  const line = clean.replaceAll(CONTROL, ' ').trim();
  return line.length > maxChars ? `${line.slice(0, maxChars - 1)}…` : line;
};

/** So much of a piece at the end of a text is taken for that piece. */
const CUT_CHARS = 12;

const withoutWords = (text: string, words: readonly string[]): string => {
  let clean = text;
  for (const word of words) clean = clean.replaceAll(word, '[prompt]');
  // A text that was cut may end within a piece.
  for (const word of words) {
    const at = word.length < CUT_CHARS ? -1 : clean.lastIndexOf(word.slice(0, CUT_CHARS));
    if (at >= 0 && word.startsWith(clean.slice(at))) return `${clean.slice(0, at)}[prompt]`;
  }
  return clean;
};

/** The same text without what looks like a key. */
export const withoutKeys = (text: string): string => text.replaceAll(KEY, '[key]');

const wordOf = (key: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_-])${RegExp.escape(key)}(?![\\p{L}\\p{N}_-])`, 'gu');
