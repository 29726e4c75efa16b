import { FindingsError } from '#core/finding.ts';
import { z } from '#core/schema.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/loaded.ts';

interface TestOptions {
  readonly env?: Record<string, string>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Loads a config of tests: `config/main.yaml`, with the files of `files` beside it. */
export const load = (text: string, { env = {}, files = {} }: TestOptions = {}): LoadedConfig =>
  loadConfig(text, {
    file: 'config/main.yaml',
    env,
    policies: [
      { name: 'quota-aware', options: z.object({}) },
      { name: 'simple-shuffle', options: z.object({}) },
      { name: 'least-busy', options: z.object({ window_s: z.number().min(1).optional() }) },
    ],
    readFile: (path) => {
      const found = files[path];
      if (found === undefined) throw new Error(`ENOENT: ${path}`);
      return found;
    },
  });

/** Every error of a config that must not load, as `line:column path: message`. */
export const errorsOf = (text: string, options?: TestOptions): string[] => {
  try {
    load(text, options);
  } catch (error) {
    if (error instanceof FindingsError)
      return error.findings.map(
        ({ file, line, column, path, message }) =>
          `${file === 'config/main.yaml' ? '' : `${file}:`}${line}:${column} ${path}: ${message}`,
      );
    throw error;
  }
  throw new Error('The config loads.');
};

/** Every warning of a config that loads, as `line:column path: message`. */
export const warningsOf = (text: string, options?: TestOptions): string[] =>
  load(text, options).warnings.map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
  );

/** One row that serves, five lines long: what a test adds begins at line 6. */
export const ONE_MODEL = `model_list:
  - model_name: m
    litellm_params:
      model: openai/gpt-4.1
      api_key: sk-canary-row
`;
