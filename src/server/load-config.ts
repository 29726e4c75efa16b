import { readFileSync } from 'node:fs';
import { policies } from '#balancer/policies/index.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Override } from '#config/override.ts';
import type { JsonObject } from '#core/json.ts';
import type { Environment } from '#server/env.ts';

/** Loads a config's text with what this program knows. Throws FindingsError with all that is wrong. */
export const loadConfigText = (
  text: string,
  given: {
    readonly file: string;
    readonly environment: Environment;
    /** What stands in place of its values. */
    readonly overrides?: readonly Override[];
    /** Rows of the model list, and items of the credential list, that stand in the store. */
    readonly stored?: {
      readonly models: readonly JsonObject[];
      readonly credentials: readonly JsonObject[];
    };
  },
): LoadedConfig =>
  loadConfig(text, {
    file: given.file,
    env: given.environment.variables,
    ...(given.overrides && { overrides: given.overrides }),
    ...(given.stored && {
      stored: given.stored.models,
      storedCredentials: given.stored.credentials,
    }),
    policies,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
