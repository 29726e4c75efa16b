import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '#core/log.ts';
import { z } from '#core/schema.ts';
import type { AppKey } from '#service-api/app-keys.ts';

const FILE = 'apps.json';

const stateSchema = z.object({
  apps: z.array(
    z.object({
      id: z.string(),
      text: z.string(),
      createdAt: z.number(),
      updatedAt: z.number(),
    }),
  ),
  keys: z.array(
    z.object({
      id: z.string(),
      appId: z.string(),
      hash: z.string(),
      hint: z.string(),
      createdAt: z.number(),
    }),
  ),
});

/** What is kept of apps over a restart: those that were imported, and keys as hashes. */
export interface AppState {
  readonly apps: readonly {
    readonly id: string;
    readonly text: string;
    readonly createdAt: number;
    readonly updatedAt: number;
  }[];
  readonly keys: readonly AppKey[];
}

const NOTHING: AppState = { apps: [], keys: [] };

export const readAppState = async (folder: string, log: Log): Promise<AppState> => {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch {
    return NOTHING;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    log.warn({ folder }, `${FILE} cannot be read: imported apps and their keys are not there`);
    return NOTHING;
  }
};

/** Whole or not at all, for this user's eyes only: an app may hold secrets. */
export const writeAppState = async (folder: string, state: AppState): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, FILE);
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${path}.new`, path);
};
