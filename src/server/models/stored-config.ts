import type { LoadedConfig } from '#config/loaded.ts';
import { isStoredFile, storedCredentialFile, storedFile } from '#config/stored-part.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Finding, FindingsError } from '#core/finding.ts';
import { createTurns, type Turns } from '#core/turns.ts';
import type { JsonObject } from '#core/json.ts';
import type { Registry } from '#keys/registry.ts';
import { LEAST_SALT_CHARS, type Seal, sealUnder } from '#keys/seal.ts';
import {
  credentialOfBody,
  itemOfCredential,
  type StoredCredential,
} from '#server/models/credential-rows.ts';
import { modelOfBody, rowOfModel, type StoredModel } from '#server/models/model-rows.ts';
import type { Row, Shelf } from '#store/store.ts';

export interface StoredConfigDeps {
  readonly registry: Registry;
  /** As it is served, with all rows; its own settings say whether models are stored, and under which key. */
  readonly config: LoadedConfig;
  /** The config with these besides its own. Throws FindingsError. */
  readonly load: (stored: {
    readonly models: readonly JsonObject[];
    readonly credentials: readonly JsonObject[];
  }) => LoadedConfig;
  readonly take: (next: Pick<LoadedConfig, 'deployments' | 'unusable'>) => void;
}

/** What the store has of a config. */
export interface Stored {
  readonly models: ReadonlyMap<string, StoredModel>;
  readonly credentials: ReadonlyMap<string, StoredCredential>;
}

/** What would be served with it. */
export interface Prospect {
  readonly stored: Stored;
  readonly next: LoadedConfig;
  /** Why the rest cannot be: by the model's id, the credential's name, or the name of a row of the file. */
  readonly faults: Readonly<Record<'models' | 'credentials' | 'rows', ReadonlyMap<string, Fault>>>;
}

export interface Fault {
  readonly path: string;
  /** All that is wrong, each with its field. */
  readonly why: string;
}

/** Models and credentials of the store beside those of the file: what is written serves before it is answered. */
export class StoredConfig {
  readonly registry: Registry;
  /** As it is served. */
  readonly config: LoadedConfig;
  readonly ofFile: Pick<LoadedConfig, 'deployments' | 'unusable' | 'credentials'>;
  readonly #deps: StoredConfigDeps;
  readonly #seal: Seal | undefined;
  #stored: Stored = { models: new Map(), credentials: new Map() };
  #faults: Prospect['faults'] = { models: new Map(), credentials: new Map(), rows: new Map() };
  /** One after another: each starts from what the one before has left. */
  readonly inTurn: Turns = createTurns();

  constructor(deps: StoredConfigDeps) {
    const { registry, config } = deps;
    const { saltKey, storesModels } = config.keeping;
    const { deployments, unusable, credentials } = config;
    this.registry = registry;
    this.config = config;
    this.#deps = deps;
    this.ofFile = { deployments, unusable, credentials };
    this.#seal = storesModels ? sealUnder(saltKey) : undefined;
  }

  get stored(): Stored {
    return this.#stored;
  }

  get faults(): Prospect['faults'] {
    return this.#faults;
  }

  /** Throws SpillwayError where nothing is stored, or nothing could be encrypted. */
  seal(): Seal {
    if (!this.config.keeping.storesModels) throw new SpillwayError('invalid_request', STORES_NONE);
    if (!this.#seal) throw new SpillwayError('invalid_request', NO_SALT_KEY);
    return this.#seal;
  }

  /** Serves what the store has; what cannot be served is told, and stops nobody. */
  open(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.config.keeping.storesModels) return;
      const { shelves } = this.registry.store;
      const [models, credentials] = [await shelves.models.all(), await shelves.credentials.all()];
      const { stored } = this;
      const before = stored.models.size + stored.credentials.size;
      if (models.length + credentials.length + before === 0) return;
      if (!this.#seal) {
        this.registry.log.error(
          { models: models.length, credentials: credentials.length },
          `MODELS OF THE STORE DO NOT SERVE: ${NO_SALT_KEY}`,
        );
        return;
      }
      const seal = this.#seal;
      this.serve(
        this.prospect({
          models: this.#opened('model', models, (row) => modelOfBody(row, seal)),
          credentials: this.#opened('credential', credentials, (row) =>
            credentialOfBody(row, seal),
          ),
        }),
      );
    });
  }

  /** Takes over what other processes of the same store have written since. */
  async refresh(sinceMs: number): Promise<void> {
    if (!this.#seal) return;
    const { models, credentials } = this.registry.store.shelves;
    const isNews = async (shelf: Shelf) => (await shelf.changedSince(sinceMs)).length > 0;
    if ((await isNews(models)) || (await isNews(credentials))) await this.open();
  }

  /** What would be served with this in the store; nothing is changed. */
  prospect(stored: Stored): Prospect {
    const models = new Map(stored.models);
    const credentials = new Map(stored.credentials);
    const faults = { models: new Map<string, Fault>(), credentials: new Map<string, Fault>() };
    const leaveOut = (findings: readonly Finding[]): boolean => {
      const left = [
        ...faultsOf(models, { findings, fileOf: storedFile, into: faults.models }),
        ...faultsOf(credentials, {
          findings,
          fileOf: storedCredentialFile,
          into: faults.credentials,
        }),
      ];
      return left.length > 0;
    };
    for (;;)
      try {
        const next = this.#load({ models, credentials });
        leaveOut(next.unusable.map(({ reason }) => reason));
        const rows = next.unusable.filter(({ reason }) => !isStoredFile(reason.file));
        const faultOf = ({ path, message: why }: Finding): Fault => ({ path, why });
        const own = new Map(rows.map(({ name, reason }) => [name, faultOf(reason)]));
        return { stored, next, faults: { ...faults, rows: own } };
      } catch (thrown) {
        if (!(thrown instanceof FindingsError)) throw thrown;
        // Where the fault is nobody's of the store, the file has changed since.
        if (leaveOut(thrown.findings)) continue;
        if (models.size + credentials.size === 0) throw thrown;
        models.clear();
        credentials.clear();
      }
  }

  /** From now on this serves; who stops serving by it is told. */
  serve({ stored, next, faults }: Prospect): void {
    const { log } = this.registry;
    this.#stored = stored;
    for (const [id, { path, why }] of faults.models)
      if (!this.#faults.models.has(id))
        log.error({ model: id, path, why }, 'A MODEL OF THE STORE DOES NOT SERVE');
    for (const [name, { path, why }] of faults.credentials)
      if (!this.#faults.credentials.has(name))
        log.error({ credential: name, path, why }, 'A CREDENTIAL OF THE STORE IS OF NO USE');
    const served = new Set(this.config.deployments.map(({ name }) => name));
    for (const [deployment, { path, why }] of faults.rows)
      if (served.has(deployment))
        log.error({ deployment, path, why }, 'A DEPLOYMENT SERVES NO LONGER');
    this.#faults = faults;
    this.#deps.take(this.#withFile(next));
  }

  #load({ models, credentials }: Stored): LoadedConfig {
    return this.#deps.load({
      models: [...models.values()].map(rowOfModel),
      credentials: [...credentials.values()].map(itemOfCredential),
    });
  }

  /**
   * Rows of the file stay as they were read at the start, whatever has become of the file, but for
   * those that the store lends a key.
   */
  #withFile(next: LoadedConfig): Pick<LoadedConfig, 'deployments' | 'unusable'> {
    const { deployments, unusable } = this.ofFile;
    const lent = new Set(
      next.credentials.filter(({ isStored }) => isStored).map(({ name }) => name),
    );
    const borrowers = next.deployments.filter(
      ({ isStored, credential }) => !isStored && credential !== undefined && lent.has(credential),
    );
    const stored = next.deployments.filter(({ isStored }) => isStored);
    const served = new Set(borrowers.map(({ name }) => name));
    return {
      deployments: [...deployments, ...borrowers, ...stored],
      unusable: unusable.filter(({ name }) => !served.has(name)),
    };
  }

  #opened<T extends { readonly id: string } | { readonly name: string }>(
    word: 'model' | 'credential',
    rows: readonly Row[],
    read: (row: Row) => T | undefined,
  ): ReadonlyMap<string, T> {
    const all = new Map<string, T>();
    for (const row of rows) {
      const one = read(row);
      if (one) all.set(row.id, one);
      else
        this.registry.log.error(
          { [word]: row.id },
          `A ${word.toUpperCase()} OF THE STORE CANNOT BE READ: it was written under another salt key. Set the former one, or delete the ${word} and add it again`,
        );
    }
    return all;
  }
}

/** Takes out of `all` what some finding is about, and says what is wrong with each. */
const faultsOf = (
  all: Map<string, unknown>,
  of: {
    readonly findings: readonly Finding[];
    readonly fileOf: (id: string) => string;
    readonly into: Map<string, Fault>;
  },
): string[] => {
  const byFile = Map.groupBy(of.findings, ({ file }) => file);
  const found = [...all.keys()].filter((id) => byFile.has(of.fileOf(id)));
  for (const id of found) {
    const its = byFile.get(of.fileOf(id))!;
    const why = its.map(({ path, message }) => `${path}: ${message}`).join('; ');
    of.into.set(id, { path: its[0]!.path, why });
    all.delete(id);
  }
  return found;
};

const STORES_NONE =
  'Models and credentials are not stored here: set `store_model_in_db: true` under general_settings, or STORE_MODEL_IN_DB=True, and start again.';

const NO_SALT_KEY = `Their keys are kept encrypted, and there is nothing to encrypt them with: set LITELLM_SALT_KEY, or spillway_settings.store.salt_key, to ${LEAST_SALT_CHARS} random characters or more, and start again. Keep it: without it nothing that is stored opens.`;
