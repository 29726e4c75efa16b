import { dirname, isAbsolute, join } from 'node:path';
import type { Part } from '#core/check-schema.ts';
import { type Finding, FindingsError } from '#core/finding.ts';
import { isObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { readYaml } from '#core/yaml.ts';
import { type Override, override } from '#config/override.ts';
import { childOf, findingAt, type Report } from '#config/section.ts';

/** A config as it was written: its sections, each with the file that it stands in. */
export interface Sources {
  /** Whole files, the main one first. */
  readonly files: readonly [Part, ...Part[]];
  readonly sections: ReadonlyMap<string, Part>;
  /** The rows of `model_list`, included files' rows after the main file's. */
  readonly rows: readonly Part[];
  /** The same of `credential_list`. */
  readonly credentials: readonly Part[];
}

/** Reads a file that `include` names; throws when it cannot. */
export type ReadFile = (path: string) => string;

const includeSchema = z.array(z.string().min(1));

/**
 * Reads a config and the files that it includes. LiteLLM's rules: `include` is a list of paths from
 * the config's own folder, one level deep; a list in an included file extends a list of the main
 * file, anything else replaces it. Throws FindingsError when the main file is not YAML.
 */
export const readSources = (
  text: string,
  {
    file,
    readFile,
    overrides = [],
  }: {
    readonly file: string;
    readonly readFile: ReadFile;
    readonly overrides?: readonly Override[] | undefined;
  },
  report: Report,
): Sources => {
  const written = readPart(text, file, report);
  const main = overrides.length === 0 ? written : overridden(written, overrides);
  const sections = new Map<string, Part>();
  const lists = new Map<string, Part[]>();
  const add = (whole: Part): void => {
    if (!isObject(whole.value)) return;
    for (const key of Object.keys(whole.value)) {
      const section = childOf(whole, key);
      if (!section) continue;
      const known = sections.get(key);
      if (known && Array.isArray(known.value) && Array.isArray(section.value))
        lists.get(key)?.push(section);
      else {
        sections.set(key, section);
        lists.set(key, [section]);
      }
    }
  };
  const included = readIncluded(main, readFile, report);
  for (const whole of [main, ...included]) add(whole);
  const items = (key: string): Part[] =>
    (lists.get(key) ?? []).flatMap((list) =>
      Array.isArray(list.value) ? list.value.flatMap((_, i) => childOf(list, i) ?? []) : [],
    );
  return {
    files: [main, ...included],
    sections,
    rows: items('model_list'),
    credentials: items('credential_list'),
  };
};

const readPart = (text: string, file: string, report: Report): Part => {
  const document = readYaml(text, file);
  for (const warning of document.warnings) report.warn(warning);
  return { document, file, path: [], value: document.value };
};

/** Findings about what was put in place of a value lead to where that stands, or to what is around it. */
const overridden = (part: Part, overrides: readonly Override[]): Part => {
  const value = overrides.reduce(override, part.value);
  return { ...part, document: { ...part.document, value }, value };
};

const readIncluded = (main: Part, readFile: ReadFile, report: Report): Part[] => {
  const include = childOf(main, 'include');
  if (!include) return [];
  const names = report.read(include, includeSchema) ?? [];
  return names.flatMap((name, i) => {
    const path = isAbsolute(name) ? name : join(dirname(main.file), name);
    const at = (message: string): Finding => findingAt(include, [i], message);
    let text: string;
    try {
      text = readFile(path);
    } catch {
      report.error(at(`${path} cannot be read; paths start at this file's folder`));
      return [];
    }
    try {
      return [readPart(text, path, report)];
    } catch (error) {
      if (!(error instanceof FindingsError)) throw error;
      for (const finding of error.findings) report.error(finding);
      return [];
    }
  });
};
