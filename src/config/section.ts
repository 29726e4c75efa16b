import { checkPart, type Part } from '#core/check-schema.ts';
import { closest } from '#core/closest.ts';
import type { Finding, Path } from '#core/finding.ts';
import { isObject, type Json, valueAt } from '#core/json.ts';
import type { z } from '#core/schema.ts';
import { type Environment, resolveReferences } from '#config/os-environ.ts';

export const NO_EFFECT = 'understood, but has no effect yet';
const UNSET = 'this variable is not set; read as empty';

/** Collects what loading finds, so that everything is told at once. */
export class Report {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];

  error(finding: Finding): void {
    this.errors.push(finding);
  }

  warn(finding: Finding): void {
    this.warnings.push(finding);
  }

  /** The part's value as the schema reads it; undefined when it does not fit, which is then an error. */
  read<T>(part: Part, schema: z.ZodType<T>): T | undefined {
    const checked = checkPart(part, schema);
    if ('value' in checked) return checked.value;
    for (const finding of checked.findings) this.error(finding);
    return undefined;
  }
}

/**
 * A part with its references resolved. Warns of variables that are not set, but for those whose
 * absence has a meaning of its own, which their readers tell.
 */
export const resolvePart = (part: Part, env: Environment, report: Report): Part => ({
  ...part,
  value: resolveReferences(part.value, env, (path) => {
    if (!TOLD_BY_READERS.has(String(path.at(-1)))) report.warn(findingAt(part, path, UNSET));
  }),
});

const TOLD_BY_READERS = new Set(['api_key', 'api_base', 'base_url', 'master_key']);

/** What stands under `key` of a part, if anything does. */
export const childOf = (part: Part, key: string | number): Part | undefined => {
  const value = valueAt(part.value, [key]);
  return value === undefined ? undefined : { ...part, path: [...part.path, key], value };
};

/** The text of the file at `path` within a part, before references were resolved. */
export const writtenAt = (part: Part, path: Path): Json | undefined =>
  valueAt(part.document.value, [...part.path, ...path]);

/** A finding about the value at `path` within a part, or about what is missing there. */
export const findingAt = (part: Part, path: Path, message: string): Finding => {
  const full = [...part.path, ...path];
  return { file: part.file, ...part.document.position(full), path: full.join('.'), message };
};

/** A finding about the key that ends `path`. */
export const keyFindingAt = (part: Part, path: Path, message: string): Finding => {
  const full = [...part.path, ...path];
  return { file: part.file, ...part.document.keyPosition(full), path: full.join('.'), message };
};

export interface KnownKeys {
  /** Keys that do something. */
  readonly used: Iterable<string>;
  /** Keys that are understood and do nothing yet. */
  readonly idle: Iterable<string>;
}

/** Without what is said about the inside of a key that has no effect. */
export const withoutIdle = (warnings: readonly Finding[]): Finding[] => {
  const idle = warnings.filter(({ message }) => message.startsWith(NO_EFFECT));
  return warnings.filter(
    ({ file, path, message }) =>
      message !== UNSET ||
      !idle.some((one) => one.file === file && `${path}.`.startsWith(`${one.path}.`)),
  );
};

/**
 * Warns of keys without effect and of unknown ones. Never an error: LiteLLM drops what it does not
 * know in silence, and its files must load.
 */
export const warnOfKeys = (part: Part, { used, idle }: KnownKeys, report: Report): void => {
  if (!isObject(part.value)) return;
  const usedKeys = new Set(used);
  const idleKeys = new Set(idle);
  for (const key of Object.keys(part.value)) {
    if (usedKeys.has(key)) continue;
    const message = idleKeys.has(key) ? NO_EFFECT : ignored(key, [...usedKeys, ...idleKeys]);
    report.warn(keyFindingAt(part, [key], message));
  }
};

const ignored = (key: string, known: readonly string[]): string => {
  const near = closest(key, known);
  return `unknown key, ignored${near === undefined ? '' : `; did you mean "${near}"?`}`;
};
