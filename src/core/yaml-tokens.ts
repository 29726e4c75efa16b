import { type CST, Lexer, Parser } from 'yaml';

/**
 * A file's syntax tokens; undefined where it has more than `most` lexemes (words, signs, indents).
 * What reading costs grows with them, whatever the file has in bytes: a long text is one of them.
 */
export const syntaxTokens = (source: string, most: number): CST.Token[] | undefined => {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(source)) {
    if (++lexemes > most) return undefined;
    tokens.push(...parser.next(lexeme));
  }
  return [...tokens, ...parser.end()];
};

/**
 * Whether maps and lists nest deeper than `limit`, told from the syntax tokens alone: composing
 * them into nodes recurses, so a hostile file has to be turned away before that.
 */
export const nestsDeeperThan = (limit: number, tokens: readonly CST.Token[]): boolean => {
  let level = roots(tokens);
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap(parts);
    if (level.length === 0) return false;
  }
  return true;
};

/**
 * Where the quoted text that reaches up to `end` begins. A quote that is never closed swallows the
 * rest of the file; people look for its beginning.
 */
export const quoteEndingAt = (end: number, tokens: readonly CST.Token[]): number | undefined => {
  for (let level = roots(tokens); level.length > 0; level = level.flatMap(parts)) {
    const quoted = level.find(
      (token) => token.type.endsWith('quoted-scalar') && reach(token) === end,
    );
    if (quoted) return quoted.offset;
  }
  return undefined;
};

const reach = (token: CST.Token): number =>
  'source' in token ? token.offset + token.source.length : -1;

const roots = (tokens: readonly CST.Token[]): CST.Token[] =>
  tokens.flatMap((token) => (token.type === 'document' && token.value ? [token.value] : []));

const parts = (token: CST.Token): CST.Token[] =>
  'items' in token
    ? token.items.flatMap(({ key, value }) =>
        [key, value].filter((part) => part !== undefined && part !== null),
      )
    : [];
