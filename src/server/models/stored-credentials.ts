import type { Deployment, NamedCredential } from '#config/loaded.ts';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { CredentialDesk, CredentialFields } from '#gateway/admin/credentials.ts';
import type { Principal } from '#keys/principal.ts';
import { audit, stamped } from '#keys/registry.ts';
import type { Seal } from '#keys/seal.ts';
import { bodyOfCredential, type StoredCredential } from '#server/models/credential-rows.ts';
import { mergedFields } from '#server/models/model-rows.ts';
import { shownParams } from '#server/models/shown-params.ts';
import type { Prospect, StoredConfig } from '#server/models/stored-config.ts';

/** More vendors' keys than anybody has. */
const MOST_CREDENTIALS = 10_000;

/** Vendors' keys under names, in the store beside those of the file. What is secret of them is shown to nobody. */
export class StoredCredentials implements CredentialDesk {
  readonly #config: StoredConfig;

  constructor(config: StoredConfig) {
    this.#config = config;
  }

  /** Those of the file first. */
  list(): readonly JsonObject[] {
    return [...this.#config.ofFile.credentials, ...this.#config.stored.credentials.values()].map(
      shownCredential,
    );
  }

  byName(name: string): JsonObject {
    const found = this.#ofFile(name) ?? this.#config.stored.credentials.get(name);
    if (found) return shownCredential(found);
    throw new SpillwayError('not_found', `Credential not found. Got credential name: ${name}`, {
      param: 'credential_name',
    });
  }

  byModel(id: string): JsonObject {
    const row = this.#deployment(id);
    return shownCredential({
      name: `${row.group}-credential-${row.id}`,
      values: valuesOf(row),
      info: {},
    });
  }

  add(principal: Principal, fields: CredentialFields & { readonly name: string }): Promise<void> {
    return this.#config.inTurn(async () => {
      const seal = this.#config.seal();
      const { name, values, modelId, info } = fields;
      const { registry, stored } = this.#config;
      if (this.#ofFile(name) || stored.credentials.has(name))
        throw new SpillwayError(
          'invalid_request',
          `There is a credential ${JSON.stringify(name)} already; change it with PATCH /credentials/NAME.`,
          { status: 409, param: 'credential_name' },
        );
      if (stored.credentials.size >= MOST_CREDENTIALS)
        throw new SpillwayError(
          'invalid_request',
          `There are ${MOST_CREDENTIALS} credentials; delete some first.`,
        );
      const given = modelId ? valuesOf(this.#deployment(modelId)) : (values ?? {});
      await this.#write(principal, {
        seal,
        after: {
          name,
          values: mergedFields({}, given),
          info: mergedFields({}, info),
          stamps: stamped(registry, principal),
        },
      });
    });
  }

  change(principal: Principal, name: string, fields: CredentialFields): Promise<void> {
    return this.#config.inTurn(async () => {
      const seal = this.#config.seal();
      const { registry, stored } = this.#config;
      const before = this.#found(name);
      const after: StoredCredential = {
        name: fields.name ?? name,
        values: mergedFields(before.values, fields.values),
        info: mergedFields(before.info, fields.info),
        stamps: stamped(registry, principal, before.stamps),
      };
      const isTaken = this.#ofFile(after.name) ?? stored.credentials.get(after.name);
      if (after.name !== name && isTaken)
        throw new SpillwayError(
          'invalid_request',
          `There is a credential ${JSON.stringify(after.name)} already.`,
          { status: 409, param: 'credential_name' },
        );
      await this.#write(principal, { seal, after, before });
    });
  }

  /** Models that name it serve no longer, which the log says. */
  remove(principal: Principal, name: string): Promise<void> {
    return this.#config.inTurn(async () => {
      this.#config.seal();
      const { registry, stored } = this.#config;
      const { credentials: shelf } = registry.store.shelves;
      const before = stored.credentials.get(name);
      // One that another salt key closed can be deleted all the same.
      if (!before && !(await shelf.all()).some((row) => row.id === name)) this.#found(name);
      const credentials = new Map(stored.credentials);
      credentials.delete(name);
      await shelf.remove([name]);
      this.#config.serve(this.#config.prospect({ ...stored, credentials }));
      await audit(registry, principal, {
        action: 'deleted',
        subject: 'credentials',
        objectId: name,
        before: before && { ...shownCredential(before), ...before.stamps },
      });
    });
  }

  async #write(
    principal: Principal,
    of: {
      readonly seal: Seal;
      readonly after: StoredCredential;
      readonly before?: StoredCredential;
    },
  ): Promise<void> {
    const { registry, stored } = this.#config;
    const { after, before, seal } = of;
    const credentials = new Map(stored.credentials);
    if (before) credentials.delete(before.name);
    credentials.set(after.name, after);
    const prospect = this.#config.prospect({ ...stored, credentials });
    const fault = prospect.faults.credentials.get(after.name);
    if (fault) throw new SpillwayError('invalid_request', fault.why, { param: fault.path });
    this.#checkOthers(prospect);
    const { credentials: shelf } = registry.store.shelves;
    await shelf.put([bodyOfCredential(after, seal)]);
    if (before && before.name !== after.name) await shelf.remove([before.name]);
    this.#config.serve(prospect);
    await audit(registry, principal, {
      action: before ? 'updated' : 'created',
      subject: 'credentials',
      objectId: after.name,
      before: before && { ...shownCredential(before), ...before.stamps },
      after: { ...shownCredential(after), ...after.stamps },
    });
  }

  /** A change must not stop what serves. Throws SpillwayError with the first that it would. */
  #checkOthers({ faults }: Prospect): void {
    const { config, faults: known } = this.#config;
    const [model] = [...faults.models].filter(([id]) => !known.models.has(id));
    const [row] = [...faults.rows].filter(([name]) =>
      config.deployments.some((one) => one.name === name),
    );
    const [id, fault] = model ?? row ?? [];
    if (fault)
      throw new SpillwayError(
        'invalid_request',
        `The deployment ${JSON.stringify(id)} could not serve with it: ${fault.why}`,
        { param: fault.path },
      );
  }

  #deployment(id: string): Deployment {
    const found = this.#config.config.deployments.find((row) => row.id === id || row.name === id);
    if (found) return found;
    throw new SpillwayError('not_found', 'Model not found; /model/info lists all ids.', {
      param: 'model_id',
    });
  }

  #ofFile(name: string): NamedCredential | undefined {
    return this.#config.ofFile.credentials.find((one) => one.name === name);
  }

  #found(name: string): StoredCredential {
    const found = this.#config.stored.credentials.get(name);
    if (found) return found;
    const isOfFile = this.#ofFile(name) !== undefined;
    throw new SpillwayError(
      isOfFile ? 'invalid_request' : 'not_found',
      isOfFile
        ? 'This credential stands in the config file: change it there.'
        : `Credential not found. Got credential name: ${name.slice(0, 256)}`,
      { param: 'credential_name' },
    );
  }
}

/** What a deployment calls its vendor with. */
const valuesOf = ({ apiKey, apiBase, apiVersion, organization, settings }: Deployment) =>
  Object.fromEntries(
    Object.entries({
      api_key: apiKey,
      api_base: apiBase,
      api_version: apiVersion,
      organization,
      ...settings,
    }).filter(([, value]) => value !== undefined),
  ) as JsonObject;

const shownCredential = ({
  name,
  values,
  info,
}: Pick<NamedCredential, 'name' | 'values' | 'info'>): JsonObject => ({
  credential_name: name,
  credential_values: shownParams(values),
  credential_info: info,
});
