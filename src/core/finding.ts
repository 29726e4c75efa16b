import { type ErrorCode, SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';

/** Where something stands in a text; both count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One place in a file that somebody should look at. */
export interface Finding extends Position {
  readonly file: string;
  /** `model_list.0.litellm_params.rpm`; empty for the file as a whole. */
  readonly path: string;
  /** One sentence that says what is wrong and what to do. */
  readonly message: string;
  /** The same for those who say it in another language: a word for the sentence, and what is filled in. */
  readonly said?: Said;
}

export interface Said {
  readonly code: string;
  readonly with: Readonly<Record<string, string | number>>;
}

/** A way through maps (by key) and lists (by index), from a document's top. */
export type Path = readonly (string | number)[];

/** `file:line:column path: message`, one line per finding. */
export const formatFindings = (findings: readonly Finding[]): string =>
  findings
    .map(({ file, line, column, path, message }) =>
      path === ''
        ? `${file}:${line}:${column} ${message}`
        : `${file}:${line}:${column} ${path}: ${message}`,
    )
    .join('\n');

/** Everything that is wrong with one file, at once. */
export class FindingsError extends SpillwayError {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[], code: ErrorCode = 'config_invalid') {
    super(code, formatFindings(findings));
    this.name = 'FindingsError';
    this.findings = findings;
  }
}

const SECRET_KEY =
  /key$|secret|passwo?r?d|(?<!per_)token$|credential|authorization|^environment_variables$|^(extra_)?headers$/i;
const SECRET_TEXT = /^sk-|^bearer\s|:\/\/[^/]*@/i;
const LONGEST_ECHO = 60;

/** Whether what stands there is to be shown to nobody. */
export const isSecretPath = (path: Path): boolean =>
  path.some((part) => typeof part === 'string' && SECRET_KEY.test(part));

/**
 * A value in words, for `expected …, found …`. A text is quoted only when it is short and neither
 * its path nor its look suggests a secret; otherwise only its length is told.
 */
export const describeFound = (value: Json | undefined, path: Path): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const secret = isSecretPath(path);
  if (typeof value !== 'string') return secret ? `a ${typeof value}` : String(value);
  if (value === '') return 'an empty text';
  return secret || value.length > LONGEST_ECHO || SECRET_TEXT.test(value)
    ? `a text of ${value.length} characters`
    : `the text ${JSON.stringify(value)}`;
};
