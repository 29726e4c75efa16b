import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { type Clock, systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { seededRandom } from '#core/random.ts';
import { createFront } from '#server/front.ts';
import { environmentOf } from '#server/env.ts';
import { createGateway, type World } from '#server/gateway.ts';
import { Survived } from '#server/survived.ts';
import { doorOf } from '#server/file-limit.ts';
import { listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';

export const MASTER_KEY = 'sk-test-master';

export const deployment = (
  name: string,
  apiBase: string,
  more: Partial<Deployment> = {},
): Deployment => ({
  id: `id-${name}`,
  name,
  group: 'gpt-4.1',
  provider: 'openai',
  model: 'gpt-4.1-upstream',
  apiKey: `sk-secret-${name}`,
  apiBase,
  limits: [],
  tags: [],
  abilities: {},
  settings: {},
  pricing: { provider: 'openai', model: 'gpt-4.1-upstream', own: {} },
  extraHeaders: {},
  defaults: {},
  modelInfo: {},
  line: 1,
  column: 1,
  ...more,
});

/** A loaded config with everything at its default but what a test names. */
export const configOf = (
  deployments: readonly Deployment[],
  more: Partial<LoadedConfig> = {},
): LoadedConfig => ({
  file: 'test.yaml',
  deployments,
  unusable: [],
  credentials: [],
  warnings: [],
  masterKey: MASTER_KEY,
  entrance: {},
  metrics: { arePublic: false },
  routing: {
    strategy: 'simple-shuffle',
    strategyOptions: {},
    numRetries: 2,
    retryAfterMs: 0,
    timeoutMs: 6_000_000,
    aliases: {},
    fallbacks: {},
    maxFallbacks: 5,
    allowedFailsPolicy: {},
    disableCooldowns: false,
    retryPolicy: {},
    groupRetryPolicy: {},
    preCallChecks: false,
    tagFiltering: false,
    tagMatchAny: true,
    weightedFailover: false,
    providerBudgets: {},
  },
  queue: {
    waitMs: 30_000,
    groups: {},
    maxRequests: 10_000,
    maxBytes: 256_000_000,
    beforeFallbackMs: 0,
    tenantShare: 0.2,
    priorities: { batch: { share: 0.1 } },
  },
  retryOnTimeout: true,
  currency: { code: 'USD', perDollar: 1 },
  ceilings: { requests: false, tokens: false },
  parallel: {},
  keeping: {
    storesModels: false,
    servesWithoutDatabase: false,
    availableTeams: [],
    timeZone: 'UTC',
    tokenKind: 'total',
    retention: {
      days: 30,
      bytes: 1e9,
      bodyDays: 7,
      hourSumDays: 90,
      daySumDays: 1_096,
      auditDays: 365,
    },
  },
  quotaPools: {},
  compat: { independentDraws: false, litellmErrors: false },
  params: { dropped: [], allowed: [] },
  streams: { alwaysIncludeUsage: false },
  limits: {
    requestBytes: 1_000_000,
    replyBytes: 4_000_000,
    jsonDepth: 64,
    eventBytes: 200_000,
    connectionsPerAddress: 10_000,
  },
  timeouts: { connectMs: 2_000, firstByteMs: 5_000, betweenChunksMs: 5_000 },
  shutdown: { lagMs: 0, drainMs: 0 },
  tls: { verify: true },
  files: { isOn: true, allow: [], mostBytes: 100_000, timeoutMs: 5_000 },
  responses: { max: 100, bytes: 1_048_576, keepMs: 3_600_000 },
  decisions: { max: 1_000 },
  apps: { models: [] },
  ...more,
});

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export const memoryLog = (): Log & { readonly lines: LogLine[] } => {
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: LogLine['fields'], text: string) =>
    void lines.push({ level, fields, text });
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
};

/** The whole gateway on a free port, in real time unless told otherwise, with a log that can be read. */
export const startGateway = async (
  config: LoadedConfig,
  clock: Clock = systemClock,
  more: Pick<World, 'memory'> & {
    readonly folder?: string;
    readonly keeps?: boolean;
    /** The environment, for what is read there beside the config. */
    readonly variables?: Readonly<Record<string, string>>;
  } = {},
) => {
  const log = memoryLog();
  const random = seededRandom(1);
  const { folder, keeps = folder !== undefined, variables = {}, ...rest } = more;
  const environment = environmentOf(variables);
  const at = folder === undefined ? {} : { folder };
  const keeping = keeps ? await openKeeping(config, { clock, log, ...at }) : undefined;
  const survived = new Survived({ clock, log });
  const counts = { survived: () => survived.counts };
  const world = { clock, random, log, environment, version: '9.9.9', ...counts, ...rest };
  const gateway = createGateway(config, world, keeping);
  const handler = createFront(gateway, config);
  const door = doorOf(config.limits);
  const listener = await listen(handler, { port: 0, host: '127.0.0.1', door });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${listener.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${MASTER_KEY}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url: listener.url,
    listener,
    gateway,
    log,
    keeping,
    post,
    chat: (body: object = {}, headers?: Record<string, string>) =>
      post(
        '/v1/chat/completions',
        { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }], ...body },
        headers,
      ),
    close: async () => {
      gateway.events.close();
      await listener.close(0);
      await gateway.close();
      await keeping?.close();
    },
  };
};
