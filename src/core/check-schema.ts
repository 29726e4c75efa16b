import { closest } from '#core/closest.ts';
import { describeFound, type Finding, FindingsError, type Path } from '#core/finding.ts';
import { type Json, valueAt } from '#core/json.ts';
import { expectation } from '#core/schema-expectation.ts';
import { knownKeys } from '#core/schema-keys.ts';
import type { z } from '#core/schema.ts';
import type { YamlDocument } from '#core/yaml.ts';

/** A value of a file: the whole of it, or what stands at `path` with its references resolved. */
export interface Part {
  readonly document: YamlDocument;
  readonly file: string;
  readonly path: Path;
  readonly value: Json;
}

/**
 * Checks a whole document. Throws FindingsError with everything that is wrong, at its line and
 * column. A refinement's message completes the sentence "expected …": `a name without spaces`.
 */
export const checkSchema = <T>(document: YamlDocument, file: string, schema: z.ZodType<T>): T => {
  const checked = checkPart({ document, file, path: [], value: document.value }, schema);
  if ('findings' in checked) throw new FindingsError(checked.findings);
  return checked.value;
};

/** As `checkSchema` for one part, without throwing: the caller has other parts to check. */
export const checkPart = <T>(
  part: Part,
  schema: z.ZodType<T>,
): { readonly value: T } | { readonly findings: Finding[] } => {
  const result = schema.safeParse(part.value);
  if (result.success) return { value: result.data };
  return { findings: result.error.issues.flatMap((issue) => issueFindings(issue, part, schema)) };
};

type Issue = z.core.$ZodIssue;

const issueFindings = (issue: Issue, part: Part, schema: z.ZodType): Finding[] => {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], part, schema));
  const branch = issue.code === 'invalid_union' ? matchingBranch(issue.errors) : undefined;
  if (branch)
    return branch.flatMap((inner) =>
      issueFindings({ ...inner, path: [...issue.path, ...inner.path] }, part, schema),
    );
  if (issue.code === 'invalid_key') return [badKey(path, part, issue.issues)];
  const found = valueAt(part.value, path);
  const fullPath = [...part.path, ...path];
  const { line, column } = part.document.position(fullPath);
  const message =
    found === undefined
      ? `missing; expected ${expectation(issue)}`
      : `expected ${expectation(issue)}, found ${foundText(part, path, found)}`;
  return [{ file: part.file, line, column, path: fullPath.join('.'), message }];
};

/** The branch of a union that the value was meant for: its own kind fits, something inside does not. */
const matchingBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches
    .filter((issues) =>
      issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
    )
    .toSorted((a, b) => a.length - b.length)[0];

const unknownKey = (path: Path, part: Part, schema: z.ZodType): Finding => {
  const key = String(path.at(-1));
  // Of several forms that a value may have, another one may know it: that is no other word for it.
  const known = knownKeys(schema, path.slice(0, -1)).filter((other) => other !== key);
  const near = closest(key, known);
  const hint = near
    ? `did you mean "${near}"?`
    : known.length > 0
      ? `known here: ${known.join(', ')}`
      : 'remove it';
  const fullPath = [...part.path, ...path];
  return {
    file: part.file,
    ...part.document.keyPosition(fullPath),
    path: fullPath.join('.'),
    message: `unknown key; ${hint}`,
  };
};

const badKey = (path: Path, part: Part, issues: readonly Issue[]): Finding => {
  const fullPath = [...part.path, ...path];
  const wanted = issues.map(expectation).join(' and ');
  return {
    file: part.file,
    ...part.document.keyPosition(fullPath),
    path: fullPath.join('.'),
    message: `expected ${wanted} as the key`,
  };
};

/** What was found, in the file's own words where a reference stands there. */
const foundText = (part: Part, path: Path, found: Json): string => {
  const fullPath = [...part.path, ...path];
  const written = valueAt(part.document.value, fullPath);
  if (typeof written !== 'string' || written === found) return describeFound(found, fullPath);
  const kind =
    typeof found === 'string' ? `a text of ${found.length} characters` : describeFound(found, []);
  return `${describeFound(written, [])}, which is ${kind}`;
};
