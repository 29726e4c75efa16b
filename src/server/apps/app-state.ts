import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '#core/log.ts';
import { makeFolder } from '#core/make-folder.ts';
import { z } from '#core/schema.ts';
import { openSeal, type Seal } from '#core/seal.ts';
import type { StoredModel } from '#server/apps/model-book.ts';
import type { AppKey } from '#service-api/app-keys.ts';

const FILE = 'apps.json';
/** What the file is sealed with where the config names no secret: whoever has this one alone has nothing. */
const SECRET_FILE = 'apps.secret';
const SECRET_BYTES = 32;

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
  models: z
    .array(
      z.object({
        id: z.string(),
        provider: z.string().optional(),
        name: z.string(),
        updatedAt: z.number(),
        group: z.string().optional(),
        endpoint: z
          .object({ url: z.string(), model: z.string(), apiKey: z.string().optional() })
          .optional(),
      }),
    )
    .default([]),
});

/** What is kept of apps over a restart: those that were imported, keys as hashes, where their models are. */
export interface AppState {
  readonly apps: readonly {
    readonly id: string;
    readonly text: string;
    readonly createdAt: number;
    readonly updatedAt: number;
  }[];
  readonly keys: readonly AppKey[];
  readonly models: readonly StoredModel[];
}

const NOTHING: AppState = { apps: [], keys: [], models: [] };

const sealedSchema = z.object({ salt: z.string(), sealed: z.string() });

export interface AppStateFileOptions {
  readonly folder: string;
  readonly log: Log;
  /** What the file is sealed with, as apps hold secrets; one of its own in a file beside it where there is none. */
  readonly secret?: string;
}

/** The file in which apps and keys are kept: one writer, whole or not at all, for this user's eyes only. */
export class AppStateFile {
  readonly #options: AppStateFileOptions;
  #seal: Seal | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: AppStateFileOptions) {
    this.#options = options;
  }

  /** What cannot be read is put aside, so that nothing is written over it. */
  async read(): Promise<AppState> {
    const path = join(this.#options.folder, FILE);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch {
      return NOTHING;
    }
    try {
      return stateSchema.parse(JSON.parse(await this.#open(text))) as AppState;
    } catch {
      await rename(path, `${path}.unreadable`);
      this.#options.log.warn(
        { file: `${path}.unreadable` },
        'imported apps and their keys cannot be read, most likely because the secret is another one: their file was put aside',
      );
      return NOTHING;
    }
  }

  /** One after the other. */
  write(state: AppState): Promise<void> {
    const next = this.#writing.then(() => this.#write(state));
    this.#writing = next.catch(() => {});
    return next;
  }

  async #open(text: string): Promise<string> {
    const written = sealedSchema.safeParse(JSON.parse(text));
    // An older program left it open where the config named no secret.
    if (!written.success) return text;
    this.#seal = await openSeal(await this.#secret(), written.data.salt);
    return this.#seal.open(written.data.sealed);
  }

  async #secret(): Promise<string> {
    const { folder, secret } = this.#options;
    if (secret !== undefined) return secret;
    const path = join(folder, SECRET_FILE);
    const made = randomBytes(SECRET_BYTES).toString('base64');
    await makeFolder(folder);
    // Whoever comes second takes what is there.
    await writeFile(path, made, { mode: 0o600, flag: 'wx' }).catch(() => {});
    return readFile(path, 'utf8');
  }

  async #write(state: AppState): Promise<void> {
    const { folder } = this.#options;
    this.#seal ??= await openSeal(await this.#secret());
    const { salt } = this.#seal;
    const text = JSON.stringify({ salt, sealed: this.#seal.seal(JSON.stringify(state)) });
    await makeFolder(folder);
    const path = join(folder, FILE);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}
