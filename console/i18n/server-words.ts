import ja from './server-ja.json' with { type: 'json' };

/** What is filled into a sentence, where only a part of what it may be fits there. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^n\d*$/, String.raw`-?[\d.,]+`],
  [/^span$/, String.raw`[\d.,]+ (?:ms|s|min)(?: \d+ s)?`],
  // One word: what stands before it is another sentence's.
  [/^variable$/, String.raw`[^\s:]+`],
  // May be empty, and may be a sentence of its own.
  [/^(?:rest|anew)$/, String.raw`[\s\S]*?`],
];
const ANYTHING = String.raw`[^\n]+?`;

interface Phrase {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly words: string;
}

const PLACE = /\{\{(\w+)\}\}/g;

const phraseOf = ([template, words]: readonly [string, string]): Phrase => {
  const names: string[] = [];
  const parts = template.split(PLACE).map((part, i) => {
    if (i % 2 === 0) return part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
    names.push(part);
    return `(${KINDS.find(([kind]) => kind.test(part))?.[1] ?? ANYTHING})`;
  });
  return { pattern: new RegExp(`^${parts.join('')}$`), names, words };
};

/** So much of it is the same whatever is filled in. */
const fixed = ([template]: readonly [string, string]): number =>
  template.replaceAll(PLACE, '').length;

/** What says more goes first: a place for anything would take the rest of a longer sentence. */
const phrasesOf = (words: Readonly<Record<string, string>>): readonly Phrase[] =>
  Object.entries(words)
    .toSorted((a, b) => fixed(b) - fixed(a))
    .map(phraseOf);

let phrases: readonly Phrase[] | undefined;

/** The error's id, which its caller may want to look up. */
const ID = / \(id [\w.:-]{1,128}\)$/;

/** Longer texts are no sentences of ours. */
const LONGEST = 2_000;
const DEEPEST = 4;

const said = (text: string, depth: number): string | undefined => {
  if (text.length > LONGEST || depth > DEEPEST) return undefined;
  for (const { pattern, names, words } of (phrases ??= phrasesOf(ja))) {
    const found = pattern.exec(text);
    if (!found) continue;
    const filled = new Map(names.map((name, i) => [name, partOf(name, found[i + 1]!, depth)]));
    if ([...filled.values()].includes(undefined)) continue;
    return words.replaceAll(PLACE, (_, name: string) => filled.get(name) ?? '');
  }
  return undefined;
};

/** `PJ1: paused by an operator`: what is said of one of several. */
const named = (one: string, inWords: (text: string) => string): string => {
  const [, name, what] = /^([^:]+): (.+)$/s.exec(one) ?? [];
  return name === undefined || what === undefined ? inWords(one) : `${name}: ${inWords(what)}`;
};

/** What was filled in may be words of the server's, too, or must be; lists are several of them. */
const partOf = (name: string, text: string, depth: number): string | undefined => {
  const inWords = (one: string): string => said(one, depth + 1) ?? one;
  if (name === 'list')
    return text
      .split(', ')
      .map((one) => named(one, inWords))
      .join('、');
  return name.startsWith('known') ? said(text, depth + 1) : inWords(text);
};

/**
 * A text of the server's, which speaks English, in Japanese: one of the sentences of
 * `server-ja.json`, or several with a line for each. Undefined where one of them is not there.
 */
export const inJapanese = (text: string): string | undefined => {
  const whole = text.replace(ID, '');
  const found = said(whole, 0);
  if (found !== undefined) return found;
  const lines = whole.split('\n');
  const all = lines.map((line) => said(line, 0));
  return all.every((line) => line !== undefined) ? all.join('\n') : undefined;
};

/** The same of lines of which some are no sentences, as those of a table: these stay as they are. */
export const linesInJapanese = (text: string): string =>
  text
    .split('\n')
    .map((line) => said(line, 0) ?? line)
    .join('\n');
