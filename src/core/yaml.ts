import { Composer, type CST, type Document, type ParsedNode, type YAMLParseError } from 'yaml';
import { type Finding, FindingsError, type Path, type Position } from '#core/finding.ts';
import type { Json } from '#core/json.ts';
import { lineIndex } from '#core/line-index.ts';
import { explainSyntax, isUnclosedQuote } from '#core/yaml-syntax.ts';
import { type Entry, YamlReader } from '#core/yaml-reader.ts';
import { nestsDeeperThan, quoteEndingAt, syntaxTokens } from '#core/yaml-tokens.ts';

/** A YAML file's value, and where each piece of it stands. */
export interface YamlDocument {
  readonly value: Json;
  /** What deserves a look and is no error: keys given twice. */
  readonly warnings: readonly Finding[];
  /** Where the value at `path` begins; for a path that is not there, its nearest existing parent. */
  position(path: Path): Position;
  /** Where the key that ends `path` stands; the value's position for an item of a list. */
  keyPosition(path: Path): Position;
  /** Whether the number at `path` was written as a float: JSON cannot tell 1.0 from 1. */
  isFloat(path: Path): boolean;
}

const LARGEST_FILE_BYTES = 10 * 1024 * 1024;
const DEEPEST_NESTING = 100;
const MOST_ALIAS_NODES = 100_000;
const MOST_FINDINGS = 100;
// What PyYAML's reader takes for text; anything else is a binary file or an accident.
const NOT_TEXT = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * Reads one YAML document as PyYAML's safe loader would: YAML 1.1 types, merge keys, the last of
 * duplicate keys wins; a date stays text, and a key is the text it was written as.
 * Throws FindingsError with every syntax error at once, and nothing else.
 * Bounds: 10 MB, 100 levels, 100,000 values repeated through aliases, 100 findings; `largest`
 * bounds what reading may cost, for files that come while others are being served.
 */
export const readYaml = (text: string, file: string, largest?: LargestYaml): YamlDocument => {
  const source = text.replace(/\r\n?/g, '\n');
  const positionOf = lineIndex(source);
  const refuse = (problems: readonly Problem[]): never => {
    const findings = problems.map(({ offset, message }) => ({
      file,
      ...positionOf(offset),
      path: '',
      message,
    }));
    // One slip derails the rest of its line; only the first complaint about a line helps.
    throw new FindingsError(findings.filter(({ line }, i) => findings[i - 1]?.line !== line));
  };
  if (Buffer.byteLength(source) > LARGEST_FILE_BYTES)
    refuse([{ offset: 0, message: 'the file is larger than 10 MB' }]);
  const tokens = syntaxTokens(source, largest?.lexemes ?? Infinity);
  if (!tokens) {
    const lines = positionOf(source.length).line.toLocaleString('en');
    return refuse([
      { offset: 0, message: `expected ${largest?.hint ?? ''}; found more, in lines: ${lines}` },
    ]);
  }
  const problem = textProblem(source, tokens);
  if (problem) refuse([problem]);
  const { root, problems } = compose(tokens, source.length);
  if (problems.length > 0) refuse(problems);
  const reader = new YamlReader({
    file,
    positionOf,
    deepestNesting: DEEPEST_NESTING,
    mostAliasNodes: MOST_ALIAS_NODES,
  });
  const value = reader.read(root);
  if (reader.errors.length > 0) throw new FindingsError(reader.errors.slice(0, MOST_FINDINGS));
  return documentView({ value, root, reader, positionOf });
};

/** How much of a file is read in one go. */
export interface LargestYaml {
  /** Words, signs and indents; some seven a line, and one for all the lines of a block of text. */
  readonly lexemes: number;
  /** What is expected instead, in the words of whoever wrote the file. */
  readonly hint: string;
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

const textProblem = (source: string, tokens: readonly CST.Token[]): Problem | undefined => {
  const stray = NOT_TEXT.exec(source);
  if (stray)
    return { offset: stray.index, message: 'this character is not text; save the file as UTF-8' };
  if (nestsDeeperThan(DEEPEST_NESTING, tokens))
    return { offset: 0, message: `the file nests deeper than ${DEEPEST_NESTING} levels` };
  return undefined;
};

const compose = (
  tokens: readonly CST.Token[],
  length: number,
): { root: ParsedNode | null; problems: Problem[] } => {
  // Types and duplicate keys are ours to judge: `failsafe` leaves every scalar the text it is.
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokens, true, length)) {
    documents.push(document);
    if (documents.length === 2) break;
  }
  const [first, second] = documents;
  const problems = (first?.errors ?? []).slice(0, MOST_FINDINGS).map((error) => ({
    offset: syntaxOffset(error, tokens),
    message: explainSyntax(error),
  }));
  if (second)
    problems.push({
      offset: second.range[0],
      message: 'a second document begins here; keep one document in a file',
    });
  return { root: first?.contents ?? null, problems };
};

const syntaxOffset = (error: YAMLParseError, tokens: readonly CST.Token[]): number => {
  const [end] = error.pos;
  const quote = isUnclosedQuote(error) ? quoteEndingAt(end, tokens) : undefined;
  return quote ?? end;
};

interface Read {
  readonly value: Json;
  readonly root: ParsedNode | null;
  readonly reader: YamlReader;
  readonly positionOf: (offset: number) => Position;
}

const documentView = ({ value, root, reader, positionOf }: Read): YamlDocument => {
  /** The entry at `path`, or the deepest one on the way to it. */
  const reach = (path: Path): { entry: Entry; complete: boolean } => {
    let entry: Entry = { value: root };
    for (const part of path) {
      const next = reader.entry(entry.value, part);
      if (!next) return { entry, complete: false };
      entry = next;
    }
    return { entry, complete: true };
  };
  const start = (node: ParsedNode | null | undefined): Position => positionOf(node?.range[0] ?? 0);
  return {
    value,
    warnings: reader.warnings,
    position(path) {
      const { entry } = reach(path);
      return start(entry.value ?? entry.key);
    },
    keyPosition(path) {
      const { entry, complete } = reach(path);
      return start(complete ? (entry.key ?? entry.value) : (entry.value ?? entry.key));
    },
    isFloat(path) {
      const { entry, complete } = reach(path);
      return complete && reader.scalarAt(entry.value)?.kind === 'float';
    },
  };
};
