/** A name with `*` in it, each of which stands for any text. */
export interface StarPattern {
  readonly pattern: string;
  /** What each `*` stands for in a text, the first as long as can be; undefined where it does not fit. */
  readonly match: (text: string) => readonly string[] | undefined;
}

export const isStarPattern = (name: string): boolean => name.includes('*');

/**
 * Without regular expressions: their backtracking would let a client's words make it slow. This is
 * linear in the text for each `*`.
 */
export const starPattern = (pattern: string): StarPattern => {
  const literals = pattern.split('*');
  return {
    pattern,
    match: (text) => {
      const starts = startsOf(literals, text);
      return starts?.slice(1).map((start, i) => {
        const end = (starts[i] ?? 0) + (literals[i]?.length ?? 0);
        return text.slice(end, start);
      });
    },
  };
};

/** Where each literal begins: from the right, as far right as it goes, so that the first `*` gets most. */
const startsOf = (literals: readonly string[], text: string): number[] | undefined => {
  const starts: number[] = [];
  let end = text.length;
  for (const [i, literal] of [...literals.entries()].toReversed()) {
    const latest = end - literal.length;
    if (latest < 0) return undefined;
    const isLast = i === literals.length - 1;
    const start = i === 0 ? 0 : isLast ? latest : text.lastIndexOf(literal, latest);
    if (start < 0 || !text.startsWith(literal, start)) return undefined;
    starts.unshift(start);
    end = start;
  }
  // One literal alone is the whole text.
  return literals.length > 1 || text === literals[0] ? starts : undefined;
};

/** What a regular expression has to escape: LiteLLM sorts patterns by the length of theirs. */
const ESCAPED = /[\s\\.^$+?{}[\]|()\-&~#]/g;

/**
 * Most specific first, in LiteLLM's order: by length, where a `*` counts four characters and an
 * escaped one two; then by the number of stars; then as they came. Source: LiteLLM's router,
 * `pattern_match_deployments`.
 */
export const bySpecificity = (patterns: readonly StarPattern[]): StarPattern[] =>
  patterns.toSorted(
    (a, b) => lengthOf(b.pattern) - lengthOf(a.pattern) || starsOf(b.pattern) - starsOf(a.pattern),
  );

const starsOf = (pattern: string): number => pattern.split('*').length - 1;

const lengthOf = (pattern: string): number =>
  pattern.length + 3 * starsOf(pattern) + (pattern.match(ESCAPED)?.length ?? 0);
