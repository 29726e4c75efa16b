import { randomUUID } from 'node:crypto';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { ModelDesk, ModelFields } from '#gateway/admin/models.ts';
import type { Principal } from '#keys/principal.ts';
import { audit, stamped } from '#keys/registry.ts';
import type { Seal } from '#keys/seal.ts';
import {
  bodyOfModel,
  idIn,
  mergedFields,
  type StoredModel,
  withoutId,
} from '#server/models/model-rows.ts';
import { shownParams } from '#server/models/shown-params.ts';
import type { StoredConfig } from '#server/models/stored-config.ts';

/** More deployments than anybody adds by hand. */
const MOST_MODELS = 10_000;

/** The models of the store beside those of the file. */
export class StoredModels implements ModelDesk {
  readonly #config: StoredConfig;

  constructor(config: StoredConfig) {
    this.#config = config;
  }

  add(principal: Principal, fields: ModelFields): Promise<JsonObject> {
    return this.#config.inTurn(async () => {
      const seal = this.#config.seal();
      const id = idIn(fields.model_info) ?? randomUUID();
      const { config, registry, stored } = this.#config;
      if (
        config.deployments.some((row) => row.id === id || row.name === id) ||
        stored.models.has(id)
      )
        throw new SpillwayError(
          'invalid_request',
          `There is a deployment with the id ${JSON.stringify(id)} already; leave the id out to get a new one.`,
          { status: 409, param: 'model_info.id' },
        );
      if (stored.models.size >= MOST_MODELS)
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
      return this.#write(principal, { seal, model, action: 'created' });
    });
  }

  change(principal: Principal, id: string, fields: ModelFields): Promise<JsonObject> {
    return this.#config.inTurn(async () => {
      const seal = this.#config.seal();
      const before = this.#found(id);
      const model: StoredModel = {
        id,
        name: fields.model_name ?? before.name,
        params: mergedFields(before.params, fields.litellm_params),
        info: withoutId(mergedFields(before.info, fields.model_info)),
        stamps: stamped(this.#config.registry, principal, before.stamps),
      };
      return this.#write(principal, { seal, model, before, action: 'updated' });
    });
  }

  block(principal: Principal, id: string, blocked: boolean): Promise<JsonObject> {
    return this.#config.inTurn(async () => {
      const seal = this.#config.seal();
      const before = this.#found(id);
      const stamps = stamped(this.#config.registry, principal, before.stamps);
      const model = { ...before, info: { ...before.info, blocked }, stamps };
      const action = blocked ? 'blocked' : 'unblocked';
      return this.#write(principal, { seal, model, before, action });
    });
  }

  remove(principal: Principal, id: string): Promise<void> {
    return this.#config.inTurn(async () => {
      this.#config.seal();
      const { registry, stored } = this.#config;
      const { models: shelf } = registry.store.shelves;
      const before = stored.models.get(id);
      // One that another salt key closed can be deleted all the same.
      if (!before && !(await shelf.all()).some((row) => row.id === id)) this.#found(id);
      const models = new Map(stored.models);
      models.delete(id);
      await shelf.remove([id]);
      this.#config.serve(this.#config.prospect({ ...stored, models }));
      await audit(registry, principal, {
        action: 'deleted',
        subject: 'models',
        objectId: id,
        before: before && shownModel(before),
      });
    });
  }

  async #write(
    principal: Principal,
    of: {
      readonly seal: Seal;
      readonly model: StoredModel;
      readonly before?: StoredModel;
      readonly action: string;
    },
  ): Promise<JsonObject> {
    const { registry, stored } = this.#config;
    const { model, before, action } = of;
    const models = new Map(stored.models).set(model.id, model);
    const prospect = this.#config.prospect({ ...stored, models });
    const fault = prospect.faults.models.get(model.id);
    if (fault) throw new SpillwayError('invalid_request', fault.why, { param: fault.path });
    await registry.store.shelves.models.put([bodyOfModel(model, of.seal)]);
    this.#config.serve(prospect);
    const after = shownModel(model);
    await audit(registry, principal, {
      action,
      subject: 'models',
      objectId: model.id,
      before: before && shownModel(before),
      after,
    });
    return after;
  }

  #found(id: string): StoredModel {
    const { stored, ofFile } = this.#config;
    const found = stored.models.get(id);
    if (found) return found;
    const isOfFile = ofFile.deployments.some((row) => row.id === id || row.name === id);
    throw new SpillwayError(
      isOfFile ? 'invalid_request' : 'not_found',
      isOfFile
        ? 'This deployment stands in the config file: change it there.'
        : `There is no stored model with the id ${JSON.stringify(id.slice(0, 100))}; see /model/info.`,
      { param: 'model_info.id' },
    );
  }
}

/** As LiteLLM shows a row of its table. */
const shownModel = ({ id, name, params, info, stamps }: StoredModel): JsonObject => ({
  model_id: id,
  model_name: name,
  litellm_params: shownParams(params),
  model_info: { ...info, id, db_model: true },
  blocked: info['blocked'] === true,
  ...stamps,
});
