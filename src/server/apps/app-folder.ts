import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Log } from '#core/log.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import { idOf, readApp } from '#server/apps/read-app.ts';
import type { ServedApps } from '#service-api/served-apps.ts';

export interface AppFolderOptions {
  readonly folder: string;
  readonly apps: ServedApps;
  readonly resolveModel: ResolveModel;
  readonly clock: Clock;
  readonly log: Log;
}

/** So often the folder is looked at, ms. */
const LOOK_MS = 1_000;
/** As an import takes it at most. */
const MOST_BYTES = 10 * 1024 * 1024;
const ENDS: ReadonlySet<string> = new Set(['.yml', '.yaml']);

const GONE = { mtimeMs: 0, size: -1 };

/** An app's id, by the name of its file: a changed file is the same app. */
export const idOfFile = (file: string): string => idOf(`file:${basename(file, extname(file))}`);

/** Serves every DSL file of a folder, and each again when it has changed. */
export class AppFolder {
  readonly #options: AppFolderOptions;
  /** File name → when it was changed last, ms since 1970, and its size. */
  readonly #seen = new Map<string, string>();
  #cancel = (): void => {};
  #isClosed = false;

  constructor(options: AppFolderOptions) {
    this.#options = options;
  }

  /** Reads all there is and keeps looking. Throws SpillwayError `config_invalid` without a folder. */
  async open(): Promise<void> {
    await this.look().catch((cause: unknown) => {
      const { folder } = this.#options;
      const message = `spillway_settings.apps.dir: there is no folder ${folder} to read apps from.`;
      throw new SpillwayError('config_invalid', message, { cause });
    });
    this.#again();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #again(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      void this.look()
        .catch(() => {})
        .then(() => this.#again());
    });
  }

  /** Once: what is new or changed is read, what is gone is served no more. */
  async look(): Promise<void> {
    const { folder, apps } = this.#options;
    const names = (await readdir(folder)).filter((name) => ENDS.has(extname(name).toLowerCase()));
    for (const name of names) {
      // A link that leads nowhere, or a file that has just gone, hides no other file.
      const { mtimeMs, size } = await stat(join(folder, name)).catch(() => GONE);
      const version = `${mtimeMs} ${size}`;
      if (this.#seen.get(name) === version) continue;
      this.#seen.set(name, version);
      await this.#read(name, { updatedAt: Math.floor(mtimeMs / 1000), size });
    }
    for (const name of this.#seen.keys()) {
      if (names.includes(name)) continue;
      this.#seen.delete(name);
      // Of `a.yml` and `a.yaml` one may be left.
      const other = names.find((one) => idOfFile(one) === idOfFile(name));
      if (other === undefined) apps.delete(idOfFile(name));
      else this.#seen.delete(other);
    }
  }

  /** A file that is broken for now leaves what was served before. */
  async #read(
    name: string,
    { updatedAt, size }: { readonly updatedAt: number; readonly size: number },
  ): Promise<void> {
    const { folder, apps, resolveModel, log } = this.#options;
    const id = idOfFile(name);
    try {
      if (size < 0) throw new SpillwayError('flow_invalid', 'it cannot be read.');
      if (size > MOST_BYTES) throw new SpillwayError('flow_invalid', 'it is larger than 10 MB.');
      const text = await readFile(join(folder, name), 'utf8');
      const createdAt = apps.get(id)?.createdAt ?? updatedAt;
      const source = { id, file: name, text, isFile: true, createdAt, updatedAt };
      const served = readApp(source, resolveModel);
      if (!apps.put(served))
        throw new SpillwayError('flow_invalid', 'there are as many apps as there may be.');
      const { findings, flow } = served;
      const how = flow ? 'runs until a node cannot' : 'cannot run';
      if (findings.length > 0)
        log.warn(
          { app: name, findings: findings.length },
          `${name} ${how}: ${findings[0]?.message}`,
        );
      else log.info({ app: name, id }, `serves the app ${served.app.name}`);
    } catch (thrown) {
      log.warn({ app: name }, `${name} is no app: ${SpillwayError.from(thrown).message}`);
    }
  }
}
