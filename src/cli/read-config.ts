import { readFile } from '#cli/read-file.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Environment } from '#server/env.ts';
import { loadConfigText } from '#server/load-config.ts';

/** A config that a person named. Throws SpillwayError with what to do about it. */
export const readConfig = async (file: string, environment: Environment): Promise<LoadedConfig> =>
  loadConfigText(await readFile(file), { file, environment });
