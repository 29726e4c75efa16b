import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '#core/log.ts';
import { z } from '#core/schema.ts';
import { openSeal, type Seal } from '#core/seal.ts';
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

const sealedSchema = z.object({ salt: z.string(), sealed: z.string() });

export interface AppStateFileOptions {
  readonly folder: string;
  readonly log: Log;
  /** What the file is sealed with, as apps hold secrets; it lies open where there is none. */
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
      return stateSchema.parse(JSON.parse(await this.#open(text)));
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
    const { secret } = this.#options;
    const written = sealedSchema.safeParse(JSON.parse(text));
    if (!written.success) return text;
    if (secret === undefined) throw new Error('There is no secret to open it with.');
    this.#seal = await openSeal(secret, written.data.salt);
    return this.#seal.open(written.data.sealed);
  }

  async #write(state: AppState): Promise<void> {
    const { folder, secret } = this.#options;
    if (secret !== undefined) this.#seal ??= await openSeal(secret);
    const plain = JSON.stringify(state);
    const text = this.#seal
      ? JSON.stringify({ salt: this.#seal.salt, sealed: this.#seal.seal(plain) })
      : plain;
    await mkdir(folder, { recursive: true });
    const path = join(folder, FILE);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}
