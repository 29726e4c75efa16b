import { SpillwayError } from '#core/errors.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import {
  checkEndpoint,
  type Endpoint,
  endpointGateway,
  type EndpointOptions,
} from '#server/apps/own-endpoints.ts';
import { idOf } from '#server/apps/read-app.ts';
import type { Gateway } from '#server/gateway.ts';

/** A model of apps as somebody has said where it is: a group of this gateway, or an endpoint of its own. */
export interface StoredModel {
  /** The same for the same provider and name. */
  readonly id: string;
  /** As files of apps write it; left out: any provider. */
  readonly provider?: string;
  readonly name: string;
  /** Seconds since 1970. */
  readonly updatedAt: number;
  readonly group?: string;
  readonly endpoint?: Omit<Endpoint, 'name'>;
}

const MOST_MODELS = 200;
const PREFIX = 'endpoint:';

/** Where a call goes: which gateway takes it, under which name. */
export interface Route {
  readonly gateway: GatewayDeps;
  readonly model: string;
}

/** The longest that a run may take: then nobody uses an endpoint that was changed, ms. */
const LAST_CALLS_MS = 1_200_000;

export interface ModelBookOptions extends EndpointOptions {
  /** Resolves what nobody has said anything of. */
  readonly others: ResolveModel;
  /** Whether the config has a group of that name. */
  readonly isGroup: (name: string) => boolean;
}

/** Which model of an app is served by what, as people have said it: before the config's own list. */
export class ModelBook {
  readonly #options: ModelBookOptions;
  readonly #models = new Map<string, StoredModel>();
  /** Opened with their first call. */
  readonly #opened = new Map<string, Gateway>();
  /** Of endpoints that were changed: calls to them may be under way. */
  readonly #former = new Set<Gateway>();

  constructor(options: ModelBookOptions, models: readonly StoredModel[] = []) {
    this.#options = options;
    for (const model of models) this.#models.set(model.id, model);
  }

  /** By name. */
  all(): StoredModel[] {
    return [...this.#models.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(id: string): StoredModel | undefined {
    return this.#models.get(id);
  }

  /** In the place of what was said of it before. Throws SpillwayError `invalid_request`. */
  put(model: StoredModel): void {
    if (!this.#models.has(model.id) && this.#models.size >= MOST_MODELS)
      throw new SpillwayError('invalid_request', `There are ${MOST_MODELS} models; delete some.`);
    const { guard, isGroup } = this.#options;
    if (model.endpoint) checkEndpoint({ ...model.endpoint, name: model.name }, guard);
    else if (!isGroup(model.group ?? '')) throw noGroup(model.group ?? '');
    this.#models.set(model.id, model);
    this.#retire(model.id);
  }

  delete(id: string): boolean {
    this.#retire(id);
    return this.#models.delete(id);
  }

  /** Throws SpillwayError `flow_invalid`. */
  readonly resolve: ResolveModel = (model) => {
    const said =
      this.#models.get(modelId(model.provider, model.name)) ??
      this.#models.get(modelId(undefined, model.name));
    if (!said) return this.#options.others(model);
    return said.endpoint ? `${PREFIX}${said.id}` : this.#group(said);
  };

  /** Who takes a call to what `resolve` has answered. Throws SpillwayError `flow_invalid`. */
  route(group: string): Route {
    if (!group.startsWith(PREFIX)) return { gateway: this.#options.gateway, model: group };
    const model = this.#models.get(group.slice(PREFIX.length));
    if (!model?.endpoint)
      throw new SpillwayError('flow_invalid', 'The model has been taken away meanwhile.');
    const opened = this.#opened.get(model.id);
    if (opened) return { gateway: opened, model: model.name };
    const gateway = endpointGateway({ ...model.endpoint, name: model.name }, this.#options);
    this.#opened.set(model.id, gateway);
    return { gateway, model: model.name };
  }

  /** A way to a model that is not kept: whoever asks for it closes it. Throws SpillwayError `invalid_request`. */
  trial({ endpoint, group = '', name }: StoredModel): Route & { close(): Promise<void> } {
    const { gateway, guard, isGroup } = this.#options;
    if (!endpoint) {
      if (!isGroup(group)) throw noGroup(group);
      return { gateway, model: group, close: () => Promise.resolve() };
    }
    checkEndpoint({ ...endpoint, name }, guard);
    const own = endpointGateway({ ...endpoint, name }, this.#options);
    return { gateway: own, model: name, close: () => own.close() };
  }

  /** What people call that which `resolve` has answered. */
  shown(group: string): string {
    const model = this.#models.get(group.slice(PREFIX.length));
    return group.startsWith(PREFIX) ? (model?.endpoint?.url ?? '') : group;
  }

  async close(): Promise<void> {
    const all = [...this.#opened.values(), ...this.#former];
    await Promise.all(all.map((gateway) => gateway.close()));
  }

  #group({ name, group = '' }: StoredModel): string {
    if (this.#options.isGroup(group)) return group;
    throw new SpillwayError(
      'flow_invalid',
      `the model ${JSON.stringify(name)} was given to the group ${JSON.stringify(group)}, which is no more; give it to another`,
    );
  }

  #retire(id: string): void {
    const opened = this.#opened.get(id);
    if (!opened) return;
    this.#opened.delete(id);
    this.#former.add(opened);
    this.#options.world.clock.after(LAST_CALLS_MS, () => {
      if (this.#former.delete(opened)) void opened.close();
    });
  }
}

const noGroup = (group: string): SpillwayError =>
  new SpillwayError('invalid_request', `group: there is no model group ${JSON.stringify(group)}.`, {
    param: 'group',
  });

export const modelId = (provider: string | undefined, name: string): string =>
  idOf(`model:${provider ?? '*'}\n${name}`);
