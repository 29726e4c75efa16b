import { addressRule } from '#core/address-rule.ts';
import type { Price } from '#balancer/member.ts';
import { RetryBudgets } from '#balancer/retry-budget.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import { derived } from '#core/derived.ts';
import type { Log } from '#core/log.ts';
import type { MemoryPressure } from '#core/memory-pressure.ts';
import type { Random } from '#core/random.ts';
import { AppModels } from '#gateway/app-models.ts';
import type { GatewayDeps, GatewaySettings } from '#gateway/call.ts';
import { DecisionStore } from '#gateway/decision-store.ts';
import { Groups } from '#gateway/groups.ts';
import { LargeBodies } from '#gateway/large-bodies.ts';
import { RequestEvents } from '#gateway/request-events.ts';
import { ResponseStore } from '#gateway/responses/response-store.ts';
import { TrafficMeter } from '#gateway/traffic-meter.ts';
import { Lifecycle } from '#gateway/lifecycle.ts';
import { UsableGroups } from '#gateway/usable-groups.ts';
import { providerOfModel } from '#providers/index.ts';
import type { Environment } from '#server/env.ts';
import { createCatalogue } from '#server/catalogue.ts';
import { isNothing, liveConfig } from '#server/live-config.ts';
import { mayReach } from '#server/may-reach.ts';
import { fileClient } from '#server/file-client.ts';
import { createMetrics, type Metrics } from '#server/metrics.ts';
import { type Accounts, createAccounts } from '#server/billing.ts';
import type { Keeping } from '#server/keeping.ts';
import { createPriceBook } from '#server/price-book.ts';
import { type Balance, createBalance } from '#server/balance.ts';
import { type Agents, createAgents } from '#upstream/agents.ts';
import { type CredentialStore, createCredentialStore } from '#upstream/credential-store.ts';
import { targetOf } from '#server/target-of.ts';
import type { Target } from '#upstream/target.ts';

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly environment: Environment;
  readonly version: string;
  /** Absent where nobody looks how full the memory is. */
  readonly memory?: () => MemoryPressure;
  /** What the heap may hold; absent where nobody bounds what bodies take of it. */
  readonly heapBytes?: number;
  /** Errors that ended no process; absent where each would. */
  readonly survived?: () => Readonly<Record<string, number>>;
}

export interface Gateway extends GatewayDeps {
  readonly balance: Balance;
  /** A deployment may get another key. */
  readonly targets: Map<string, Target>;
  /** Keys and budgets; absent where nothing is kept. */
  readonly accounts?: Accounts;
  readonly traffic: TrafficMeter;
  readonly credentials: CredentialStore;
  /** As it is served now. */
  readonly config: LoadedConfig;
  /** Serves these rows from now on; calls under way end as they would. */
  take(next: Pick<LoadedConfig, 'deployments' | 'unusable'>): void;
  /** Lets go of all connections to upstreams, and of what is renewed by a timer. */
  close(): Promise<void>;
}

/** Builds all that answers requests out of a config; listens to nothing yet. */
export const createGateway = (first: LoadedConfig, world: World, keeping?: Keeping): Gateway => {
  const live = liveConfig(first);
  const { config } = live;
  const { clock, random, log, environment, version } = world;
  const options = { ...config.routing.strategyOptions, ...config.compat };
  const policy = createPolicy(config.routing.strategy, options);
  const balance = createBalance(config, { ...world, policy });
  const prices = createPriceBook(config, clock);
  const decisions = new DecisionStore(config.decisions.max);
  const groups = groupsOf(config);
  const given = { clock, log, balance, prices, decisions, groups };
  const accounts = keeping && createAccounts(config, keeping, given);
  const events = new RequestEvents(clock);
  const traffic = new TrafficMeter(clock, priceOf(balance));
  const metrics = metricsOf(config, { world, balance, keeping });
  const agents = agentsOf(config, world);
  const files = config.files.isOn ? fileClient(config.files, clock) : undefined;
  const credentials = createCredentialStore({ ...world, ...environment, agents });
  const targets = new Map(config.deployments.map((row) => [row.name, targetOf(row, credentials)]));
  return {
    config,
    take(next) {
      const change = live.take(next);
      if (isNothing(change)) return;
      for (const name of change.gone) targets.delete(name);
      for (const row of change.changed) targets.set(row.name, targetOf(row, credentials));
      balance.take();
      groups.take(config.deployments);
    },
    clock,
    random,
    log,
    balance,
    credentials,
    async close() {
      credentials.close();
      await Promise.all([agents.close(), files?.close()]);
    },
    admit: balance.owner.admit,
    budgets: new RetryBudgets(clock),
    explain: (request) => balance.owner.explain(request),
    quota: () => balance.owner.view(),
    ownCharges: balance.ownCharges,
    ...(accounts && { accounts, billing: accounts.billing }),
    decisions,
    events,
    traffic,
    over: (over) => {
      decisions.add(over);
      events.publish(over);
      metrics.over(over.decision);
      traffic.over(over.decision, over.decision.endedWallMs);
    },
    metrics: () => metrics.page(),
    lifecycle: new Lifecycle(),
    memory: world.memory ?? (() => 'none'),
    bodies: new LargeBodies(clock, world.heapBytes ?? Infinity),
    usable: usableOf(config, balance, clock),
    agents,
    ...(files && { fetchFile: files.fetchFile }),
    prices,
    responses: new ResponseStore(config.responses, clock),
    catalogue: createCatalogue(config, clock),
    targets,
    groups,
    appModels: new AppModels(),
    settings: settingsOf(config, version),
  };
};

const agentsOf = (config: LoadedConfig, world: World): Agents =>
  createAgents({
    clock: world.clock,
    connectMs: config.timeouts.connectMs,
    tls: tlsOf(config, world),
    proxy: world.environment.proxy,
    mayReach: mayReach(config),
  });

const tlsOf = ({ tls }: LoadedConfig, { environment, log }: World) => {
  const caFile = tls.caFile ?? environment.caFile;
  if (!tls.verify)
    log.warn({}, 'TLS certificates of upstreams are NOT checked (ssl_verify: false)');
  return { verify: tls.verify, ...(caFile !== undefined && { caFile }) };
};

const groupsOf = (config: LoadedConfig): Groups =>
  new Groups({
    members: config.deployments,
    aliases: config.routing.aliases,
    providerOf: (model) => providerOfModel(model)?.name,
  });

const metricsOf = (
  config: LoadedConfig,
  of: {
    readonly world: World;
    readonly balance: Balance;
    readonly keeping: Keeping | undefined;
  },
): Metrics => {
  const { world, balance, keeping } = of;
  return createMetrics({
    version: world.version,
    groups: namesOf(config, ({ group }) => group),
    deployments: namesOf(config, ({ name }) => name),
    view: () => balance.owner.view(),
    memory: () => ({ residentBytes: process.memoryUsage.rss() }),
    ...(keeping && {
      spend: () => ({ ...keeping.writer.health, writeMs: keeping.writer.writeMs }),
    }),
    ...(world.survived && { survived: world.survived }),
  });
};

const usableOf = (config: LoadedConfig, { owner, isOut }: Balance, clock: Clock): UsableGroups => {
  const members = derived(
    () => config.deployments,
    () => membersOf(config),
  );
  return new UsableGroups({ clock, members, quota: () => owner.view(), isOut });
};

const priceOf = (balance: Balance): ((deployment: string) => Price | undefined) => {
  const prices = derived(
    () => balance.members,
    (all) => new Map(all.map(({ name, price }) => [name, price])),
  );
  return (deployment) => prices().get(deployment);
};

const namesOf = (
  config: LoadedConfig,
  nameOf: (row: Deployment) => string,
): (() => ReadonlySet<string>) =>
  derived(
    () => config.deployments,
    (rows) => new Set(rows.map(nameOf)),
  );

const membersOf = (config: LoadedConfig): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map(config.unusable.map(({ group }) => [group, [] as string[]]));
  for (const { group, name, isBlocked } of config.deployments) {
    if (isBlocked) continue;
    const its = groups.get(group) ?? [];
    its.push(name);
    groups.set(group, its);
  }
  return groups;
};

const fallbacksOf = (routing: LoadedConfig['routing']): GatewaySettings['fallbacks'] => {
  const { fallbacks, contextWindowFallbacks, contentPolicyFallbacks, maxFallbacks } = routing;
  return {
    any: fallbacks,
    ...(contextWindowFallbacks && { contextWindow: contextWindowFallbacks }),
    ...(contentPolicyFallbacks && { contentPolicy: contentPolicyFallbacks }),
    most: maxFallbacks,
  };
};

const entranceOf = ({ addresses, isForwarded, params }: LoadedConfig['entrance']) => ({
  ...(addresses && { admits: addressRule(addresses) }),
  ...(isForwarded && { isForwarded }),
  ...(params && { params }),
});

const settingsOf = (config: LoadedConfig, version: string): GatewaySettings => ({
  version,
  policy: config.routing.strategy,
  retries: config.routing.numRetries,
  retryRules: {
    policy: config.routing.retryPolicy,
    groups: config.routing.groupRetryPolicy,
    onTimeout: config.retryOnTimeout,
  },
  retryAfterMs: config.routing.retryAfterMs,
  fallbacks: fallbacksOf(config.routing),
  timeoutMs: config.routing.timeoutMs,
  ...(config.routing.streamTimeoutMs !== undefined && {
    streamTimeoutMs: config.routing.streamTimeoutMs,
  }),
  alwaysIncludeUsage: config.streams.alwaysIncludeUsage,
  ...(config.forwardsHeaders && { forwardsHeaders: { except: config.keyHeader } }),
  params: config.params,
  litellmErrors: config.compat.litellmErrors,
  metricsArePublic: config.metrics.arePublic,
  entrance: entranceOf(config.entrance),
  decisions: config.decisions.max,
  preCallChecks: config.routing.preCallChecks,
  ...(config.routing.tagFiltering && { tagMatch: config.routing.tagMatchAny ? 'any' : 'all' }),
  queue: {
    waitMs: config.queue.waitMs,
    ...(config.queue.heartbeatMs !== undefined && { heartbeatMs: config.queue.heartbeatMs }),
    groups: new Map(
      Object.entries(config.queue.groups).map(([name, { waitMs }]) => [name, waitMs]),
    ),
  },
  timeouts: config.timeouts,
  files: config.files,
  limits: config.limits,
});
