import { randomUUID } from 'node:crypto';
import type { LoadedConfig } from '#config/loaded.ts';
import { storedFile } from '#config/stored-part.ts';
import { SpillwayError } from '#core/errors.ts';
import { FindingsError } from '#core/finding.ts';
import type { JsonObject } from '#core/json.ts';
import type { ModelDesk, ModelFields } from '#gateway/admin/models.ts';
import type { Principal } from '#keys/principal.ts';
import { audit, type Registry, stamped } from '#keys/registry.ts';
import { LEAST_SALT_CHARS, type Seal, sealUnder } from '#keys/seal.ts';
import {
  bodyOfModel,
  idIn,
  mergedFields,
  modelOfBody,
  rowOfModel,
  type StoredModel,
  withoutId,
} from '#server/models/model-rows.ts';
import { shownParams } from '#server/models/shown-params.ts';

/** More deployments than anybody adds by hand. */
const MOST_MODELS = 10_000;

export interface StoredModelsDeps {
  readonly registry: Registry;
  /** As it is served, with all rows; its own settings say whether models are stored, and under which key. */
  readonly config: LoadedConfig;
  /** The config with these rows besides its own. Throws FindingsError. */
  readonly load: (rows: readonly JsonObject[]) => LoadedConfig;
  readonly take: (next: Pick<LoadedConfig, 'deployments' | 'unusable'>) => void;
}

/** The models of the store beside those of the file: what is written here serves before it is answered. */
export class StoredModels implements ModelDesk {
  readonly #deps: StoredModelsDeps;
  readonly #seal: Seal | undefined;
  readonly #ofFile: Pick<LoadedConfig, 'deployments' | 'unusable'>;
  #models: ReadonlyMap<string, StoredModel> = new Map();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: StoredModelsDeps) {
    const { saltKey, storesModels } = deps.config.keeping;
    const { deployments, unusable } = deps.config;
    this.#deps = deps;
    this.#ofFile = { deployments, unusable };
    this.#seal = storesModels ? sealUnder(saltKey) : undefined;
  }

  /** Serves what the store has; what cannot be served is told, and stops nobody. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      const { registry, config } = this.#deps;
      if (!config.keeping.storesModels) return;
      const rows = await registry.store.shelves.models.all();
      if (rows.length === 0 && this.#models.size === 0) return;
      if (!this.#seal) {
        registry.log.error(
          { models: rows.length },
          `MODELS OF THE STORE DO NOT SERVE: ${NO_SALT_KEY}`,
        );
        return;
      }
      const models = new Map<string, StoredModel>();
      for (const row of rows) {
        const model = modelOfBody(row, this.#seal);
        if (model) models.set(model.id, model);
        else
          registry.log.error(
            { model: row.id },
            'A MODEL OF THE STORE CANNOT BE READ: it was written under another salt key. Set the former one, or delete the model and add it again',
          );
      }
      this.#serveSound(models);
    });
  }

  /** Takes over what other processes of the same store have written since. */
  async refresh(sinceMs: number): Promise<void> {
    if (!this.#seal) return;
    const changes = await this.#deps.registry.store.shelves.models.changedSince(sinceMs);
    if (changes.length > 0) await this.open();
  }

  add(principal: Principal, fields: ModelFields): Promise<JsonObject> {
    return this.#inTurn(async () => {
      const seal = this.#ready();
      const id = idIn(fields.model_info) ?? randomUUID();
      const { config, registry } = this.#deps;
      if (
        config.deployments.some((row) => row.id === id || row.name === id) ||
        this.#models.has(id)
      )
        throw new SpillwayError(
          'invalid_request',
          `There is a deployment with the id ${JSON.stringify(id)} already; leave the id out to get a new one.`,
          { status: 409, param: 'model_info.id' },
        );
      if (this.#models.size >= MOST_MODELS)
        throw new SpillwayError(
          'invalid_request',
          `There are ${MOST_MODELS} stored models; delete some first.`,
        );
      const model: StoredModel = {
        id,
        name: fields.model_name ?? '',
        params: mergedFields({}, fields.litellm_params),
        info: withoutId(mergedFields({}, fields.model_info)),
        stamps: stamped(registry, principal),
      };
      return this.#write(principal, { seal, model });
    });
  }

  change(principal: Principal, id: string, fields: ModelFields): Promise<JsonObject> {
    return this.#inTurn(async () => {
      const seal = this.#ready();
      const before = this.#found(id);
      const model: StoredModel = {
        id,
        name: fields.model_name ?? before.name,
        params: mergedFields(before.params, fields.litellm_params),
        info: withoutId(mergedFields(before.info, fields.model_info)),
        stamps: stamped(this.#deps.registry, principal, before.stamps),
      };
      return this.#write(principal, { seal, model, before });
    });
  }

  remove(principal: Principal, id: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#ready();
      const before = this.#found(id);
      const { registry } = this.#deps;
      const models = new Map(this.#models);
      models.delete(id);
      await registry.store.shelves.models.remove([id]);
      this.#serve(models, this.#load(models));
      await audit(registry, principal, {
        action: 'deleted',
        subject: 'models',
        objectId: id,
        before: shownModel(before),
      });
    });
  }

  async #write(
    principal: Principal,
    of: { readonly seal: Seal; readonly model: StoredModel; readonly before?: StoredModel },
  ): Promise<JsonObject> {
    const { registry } = this.#deps;
    const { model, before } = of;
    const models = new Map(this.#models).set(model.id, model);
    const next = this.#checked(models, model.id);
    await registry.store.shelves.models.put([bodyOfModel(model, of.seal)]);
    this.#serve(models, next);
    const after = shownModel(model);
    await audit(registry, principal, {
      action: before ? 'updated' : 'created',
      subject: 'models',
      objectId: model.id,
      before: before && shownModel(before),
      after,
    });
    return after;
  }

  #serve(models: ReadonlyMap<string, StoredModel>, next: LoadedConfig): void {
    this.#models = models;
    this.#deps.take(this.#withFile(next));
  }

  #load(models: ReadonlyMap<string, StoredModel>): LoadedConfig {
    return this.#deps.load([...models.values()].map(rowOfModel));
  }

  /** Rows of the file stay as they were read at the start, whatever has become of the file. */
  #withFile(next: LoadedConfig): Pick<LoadedConfig, 'deployments' | 'unusable'> {
    const stored = next.deployments.filter(({ isStored }) => isStored);
    return { ...this.#ofFile, deployments: [...this.#ofFile.deployments, ...stored] };
  }

  /** Throws SpillwayError `invalid_request` with what is wrong with this model. */
  #checked(models: ReadonlyMap<string, StoredModel>, id: string): LoadedConfig {
    try {
      const next = this.#load(models);
      const dead = next.unusable.find(({ reason }) => reason.file === storedFile(id));
      if (!dead) return next;
      throw new FindingsError([dead.reason]);
    } catch (thrown) {
      if (!(thrown instanceof FindingsError)) throw thrown;
      const [first] = thrown.findings;
      const told = thrown.findings.map(({ path, message }) => `${path}: ${message}`);
      throw new SpillwayError('invalid_request', told.join('; '), { param: first?.path ?? '' });
    }
  }

  /** Serves them without those that cannot be as the config is now: it may have changed since. */
  #serveSound(models: ReadonlyMap<string, StoredModel>): void {
    const sound = new Map(models);
    for (;;)
      try {
        return this.#serve(sound, this.#load(sound));
      } catch (thrown) {
        if (!(thrown instanceof FindingsError)) throw thrown;
        const { log } = this.#deps.registry;
        const before = sound.size;
        for (const { file, path, message } of thrown.findings) {
          const id = [...sound.keys()].find((one) => storedFile(one) === file);
          if (id !== undefined) sound.delete(id);
          log.error({ model: id ?? '', path, why: message }, 'A MODEL OF THE STORE DOES NOT SERVE');
        }
        if (sound.size === before) return this.#serve(new Map(), this.#load(new Map()));
      }
  }

  #found(id: string): StoredModel {
    const found = this.#models.get(id);
    if (found) return found;
    const isOfFile = this.#ofFile.deployments.some((row) => row.id === id || row.name === id);
    throw new SpillwayError(
      isOfFile ? 'invalid_request' : 'not_found',
      isOfFile
        ? 'This deployment stands in the config file: change it there.'
        : `There is no stored model with the id ${JSON.stringify(id.slice(0, 100))}; see /model/info.`,
      { param: 'model_info.id' },
    );
  }

  #ready(): Seal {
    if (!this.#deps.config.keeping.storesModels)
      throw new SpillwayError('invalid_request', STORES_NONE);
    if (!this.#seal) throw new SpillwayError('invalid_request', NO_SALT_KEY);
    return this.#seal;
  }

  /** One after another: each starts from what the one before has left. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

const STORES_NONE =
  'Models are not stored here: set `store_model_in_db: true` under general_settings, or STORE_MODEL_IN_DB=True, and start again.';

const NO_SALT_KEY = `Their keys are kept encrypted, and there is nothing to encrypt them with: set LITELLM_SALT_KEY, or spillway_settings.store.salt_key, to ${LEAST_SALT_CHARS} random characters or more, and start again. Keep it: without it nothing that is stored opens.`;

/** As LiteLLM shows a row of its table. */
const shownModel = ({ id, name, params, info, stamps }: StoredModel): JsonObject => ({
  model_id: id,
  model_name: name,
  litellm_params: shownParams(params),
  model_info: { ...info, id, db_model: true },
  ...stamps,
});
