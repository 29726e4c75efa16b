import type { Part } from '#core/check-schema.ts';
import { isObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import type { Environment } from '#config/os-environ.ts';
import { pythonStr } from '#config/python-text.ts';
import { type Report, resolvePart } from '#config/section.ts';

const schema = z.record(
  z.string().regex(/^[^=\0]+$/, 'the name of a variable'),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
);

/**
 * The environment with `environment_variables` added: they win over the process's own, as LiteLLM
 * writes them into it. Values may be references; numbers and booleans become Python's texts; an
 * empty value sets nothing.
 */
export const withEnvironmentVariables = (
  section: Part | undefined,
  env: Environment,
  report: Report,
): Environment => {
  if (!section || section.value === null || !report.read(section, schema)) return env;
  const resolved = resolvePart(section, env, report).value;
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(isObject(resolved) ? resolved : {}))
    if (value !== null)
      own[name] = pythonStr(value, () => section.document.isFloat([...section.path, name]));
  return { ...env, ...own };
};
