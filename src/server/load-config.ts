import { readFileSync } from 'node:fs';
import { policies } from '#balancer/policies/index.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Environment } from '#server/env.ts';

/** Loads a config's text with what this program knows. Throws FindingsError with all that is wrong. */
export const loadConfigText = (
  text: string,
  { file, environment }: { readonly file: string; readonly environment: Environment },
): LoadedConfig =>
  loadConfig(text, {
    file,
    env: environment.variables,
    policies,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
