import { join } from 'node:path';
import type { LoadedConfig } from '#config/loaded.ts';
import { SpillwayError } from '#core/errors.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import type { FlowServices } from '#flow/ports.ts';
import { APP_PAYER } from '#keys/key-ring.ts';
import { wordOf } from '#keys/pass.ts';
import { addressGuard } from '#net/address-guard.ts';
import { createGuardedClient, type GuardedClient } from '#net/guarded-client.ts';
import { createSandbox } from '#sandbox/sandbox.ts';
import { checkAppMoney } from '#server/apps/app-money.ts';
import { AppFolder, idOfFile } from '#server/apps/app-folder.ts';
import { AppStateFile } from '#server/apps/app-state.ts';
import { askAboutBy } from '#server/apps/ask-about.ts';
import { flowFiles } from '#server/apps/flow-files.ts';
import { preparedAgain, readApp } from '#server/apps/read-app.ts';
import { suggester } from '#server/apps/suggest.ts';
import { readToolApis } from '#server/apps/tools/read-tool-apis.ts';
import { type ToolApi, toolBox } from '#server/apps/tools/tool-box.ts';
import { appsAsModels } from '#server/apps/apps-as-models.ts';
import { groupsOf, isGroupOf, resolverOf } from '#server/apps/config-groups.ts';
import { ModelBook } from '#server/apps/model-book.ts';
import { createFlowServices, type FlowSurroundings } from '#server/flow-services.ts';
import type { Accounts } from '#server/billing.ts';
import type { Gateway, World } from '#server/gateway.ts';
import { AppKeys } from '#service-api/app-keys.ts';
import { MemoryConversations } from '#service-api/conversations.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { Runs } from '#service-api/runs.ts';
import { type ServedApp, ServedApps } from '#service-api/served-apps.ts';
import { StoredRuns } from '#service-api/stored-runs.ts';
import { StoredConversations } from '#service-api/stored-conversations.ts';
import type { Person } from '#store/app-runs.ts';
import type { Store } from '#store/store.ts';
import { createServiceApi, type ServiceApi } from '#service-api/service-api.ts';
import { Uploads } from '#service-api/uploads.ts';

/** So many runs of all apps at once. */
const MOST_RUNS = 1_000;

export interface Apps {
  readonly api: ServiceApi;
  readonly deps: ApiDeps;
  readonly client: GuardedClient;
  readonly resolveModel: ResolveModel;
  /** Where people have said that models are. */
  readonly models: ModelBook;
  /** What the config says of that, and the groups that there are. */
  readonly config: {
    readonly models: LoadedConfig['apps']['models'];
    readonly groups: readonly string[];
  };
  readonly around: FlowSurroundings;
  /** Looks all apps over again, as their models are elsewhere now. */
  readAgain(): void;
  /** Writes down what was imported, which keys there are, and where models are. */
  save(): Promise<void>;
  close(): Promise<void>;
}

export interface AppsOptions {
  readonly gateway: Gateway;
  readonly world: World;
  /** Where imported apps and keys are written down. */
  readonly dataDir: string;
  /** Where conversations and runs are; in memory alone without it. */
  readonly store?: Store;
}

/** Apps and all that they need: their folder, their keys, the sandbox, the way to the world. */
export const openApps = async (
  config: LoadedConfig,
  { gateway, world, dataDir, store }: AppsOptions,
): Promise<Apps> => {
  const { clock, log } = world;
  const apps = new ServedApps();
  const guard = addressGuard(config.apps.allow ?? []);
  const secret = config.keeping.saltKey ?? config.masterKey;
  const file = new AppStateFile({ folder: dataDir, log, ...(secret && { secret }) });
  const state = await file.read();
  const said = { config, world, gateway, guard, others: resolverOf(config) };
  const models = new ModelBook({ ...said, isGroup: isGroupOf(config) }, state.models);
  const resolveModel = models.resolve;
  for (const { id, text, ...times } of state.apps)
    apps.put(readApp({ id, text, file: id, isFile: false, ...times }, resolveModel));
  const folder = config.apps.dir;
  const watched =
    folder === undefined ? undefined : new AppFolder({ folder, apps, resolveModel, clock, log });
  await watched?.open();
  const keys = new AppKeys(state.keys);
  addConfigKeys(config, keys, apps);
  const client = createGuardedClient({ guard, clock });
  const sandbox = createSandbox(clock);
  const uploads = await Uploads.open({ folder: join(dataDir, 'uploads'), clock, log });
  const around = { sandbox, client, route: (group: string) => models.route(group) };
  const apis = await readToolApis(config.apps.tools ?? []);
  const services = servicesOf({ gateway, around, uploads, apis, apps });
  const archive = store && (await openArchive(store, world));
  const deps: ApiDeps = {
    clock,
    apps,
    keys,
    uploads,
    askAbout: askAboutBy(client),
    runs: new Runs(archive),
    conversations: store
      ? await StoredConversations.open(store.shelves.conversations, log)
      : new MemoryConversations(),
    mostRuns: MOST_RUNS,
    mayBegin({ appId, user }) {
      const { app, pass } = payingFor(apps.get(appId), gateway.accounts);
      if (app && pass) checkAppMoney(gateway, { app, user, pass });
    },
    services,
    suggest: suggester(createFlowServices(gateway, around), clock, config),
  };
  gateway.appModels.offer(appsAsModels(deps));
  const { accounts } = gateway;
  accounts?.onForget((user) => forget(deps, { user, words: wordsOf(accounts, user) }));
  return {
    api: createServiceApi(deps),
    deps,
    client,
    resolveModel,
    models,
    config: { models: config.apps.models, groups: groupsOf(config) },
    around,
    readAgain() {
      for (const served of apps.all()) apps.put(preparedAgain(served, resolveModel));
    },
    save: () => file.write({ apps: imported(apps), keys: keys.made(), models: models.all() }),
    async close() {
      watched?.close();
      uploads.close();
      await Promise.all([client.close(), sandbox.close(), models.close(), archive?.close()]);
    },
  };
};

/** A virtual key called `app/NAME`, or `app/ID`, pays for that app. */
const payingFor = (
  served: ServedApp | undefined,
  accounts: Accounts | undefined,
): Pick<FlowSurroundings, 'app' | 'pass'> => {
  if (!served || !accounts) return {};
  const { id, app } = served;
  const { ring } = accounts;
  const pass = () => ring.payer(APP_PAYER + app.name) ?? ring.payer(APP_PAYER + id);
  return { app: { id, name: app.name }, pass };
};

interface ServicesOf {
  readonly gateway: Gateway;
  readonly around: FlowSurroundings;
  readonly uploads: Uploads;
  readonly apis: readonly ToolApi[];
  readonly apps: ServedApps;
}

type ServicesAsked = Parameters<ApiDeps['services']>[0] & {
  /** Secrets of the flows around it, whose tool it is. */
  readonly above?: readonly string[];
};

/** What a run of somebody may ask of the world. */
const servicesOf = ({ gateway, around, uploads, apis, apps }: ServicesOf): ApiDeps['services'] => {
  const { clock } = gateway;
  const { client } = around;
  const servicesFor = ({ payer, above = [], ...whose }: ServicesAsked): FlowServices => {
    const paying = payer && { payer };
    const served = apps.get(whose.appId);
    const secrets = [...above, ...(served?.app.secrets ?? [])];
    return {
      ...createFlowServices(gateway, {
        ...around,
        owner: whose.appId,
        user: whose.user,
        ...payingFor(served, gateway.accounts),
        secrets,
        ...paying,
      }),
      files: flowFiles({ uploads, client, clock }, whose),
      tools: toolBox({
        clock,
        apis,
        apps,
        services: (workflow) =>
          servicesFor({
            ...whose,
            ...paying,
            above: [...secrets, ...(workflow?.app.secrets ?? [])],
          }),
      }),
    };
  };
  return servicesFor;
};

/** What a person has said to apps and given to them, and what became of it. */
const forget = async (deps: ApiDeps, person: Person): Promise<void> => {
  deps.uploads.forget(person);
  // What is under way would leave what it has said.
  await deps.runs.forget(person);
  await deps.conversations.forget(person);
};

/** Words for the keys of a user. */
const wordsOf = ({ registry: { directory } }: Accounts, user: string): string[] =>
  [...directory.keys.all()]
    .filter(({ user_id: owner }) => owner === user)
    .map(({ token }) => wordOf(token));

const openArchive = (
  { appRuns, kind }: Store,
  { clock, log }: Pick<World, 'clock' | 'log'>,
): Promise<StoredRuns> =>
  StoredRuns.open({ store: appRuns, clock, log, isShared: kind === 'postgres' });

const imported = (apps: ServedApps) =>
  apps
    .all()
    .filter(({ isFile }) => !isFile)
    .map(({ id, text, createdAt, updatedAt }: ServedApp) => ({ id, text, createdAt, updatedAt }));

/** Throws SpillwayError `config_invalid` for a key of an app that is not there. */
const addConfigKeys = (config: LoadedConfig, keys: AppKeys, apps: ServedApps): void => {
  for (const { app, key } of config.apps.keys ?? []) {
    const served = apps.find(app) ?? apps.get(idOfFile(app));
    if (!served)
      throw new SpillwayError(
        'config_invalid',
        `spillway_settings.apps.keys: there is no app ${JSON.stringify(app)}; there are ${
          apps
            .all()
            .map((one) => JSON.stringify(one.app.name))
            .join(', ') || 'none'
        }.`,
      );
    keys.add(key, served.id, 0);
  }
};
