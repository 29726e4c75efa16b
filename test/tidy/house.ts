/** The house rules as data. What a room is for, and what it may lean on, is told in ARCHITECTURE.md. */

/**
 * Who may import whom. A room may always import itself and `core`; `type:x` allows `import type`
 * from x; `*` allows everything and `type:*` the types of everything.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: [],
  providers: ['wire'],
  ledger: [],
  balancer: ['ledger'],
  shared: ['ledger', 'balancer'],
  net: [],
  store: [],
  keys: ['ledger', 'store'],
  hooks: ['net', 'store'],
  cache: ['net', 'store'],
  config: ['providers'],
  upstream: ['wire', 'providers'],
  gateway: [
    'wire',
    'providers',
    'balancer',
    'ledger',
    'keys',
    'upstream',
    'hooks',
    'cache',
    'store',
  ],
  plan: ['balancer', 'ledger', 'config', 'gateway'],
  flow: ['type:wire'],
  sandbox: ['flow'],
  'service-api': ['flow', 'keys', 'store', 'type:wire'],
  simulator: ['wire'],
  server: ['*'],
  cli: ['*'],
  console: ['type:*'],
};

/** Rooms and folders that touch no clock, network, randomness or environment. */
export const PURE = ['wire', 'providers', 'ledger', 'balancer/policies', 'flow/nodes'];

/** Where time and chance begin: the two rooms that hand them to everybody else. */
export const OWN_CLOCK = ['core', 'server', 'cli'];

/** Who opens connections: model providers, everything else outside, and an operator's command. */
export const OWN_SOCKETS = ['upstream', 'net', 'cli'];

/** What a pure room may take from Node: modules that compute and touch nothing. */
export const PURE_MODULES: Readonly<Record<string, readonly string[]>> = {
  'node:buffer': ['Buffer'],
  'node:crypto': ['createHash', 'createHmac', 'timingSafeEqual'],
  'node:zlib': ['crc32'],
};

/** The one file that reads the environment. */
export const ENVIRONMENT = 'src/server/env.ts';

/** Libraries with one home, so that replacing one is a change to that home. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  zod: ['src/core/schema.ts'],
  undici: ['src/upstream/', 'src/net/'],
  commander: ['src/cli/'],
  'prom-client': [
    'src/server/prometheus.ts',
    'src/server/metrics.ts',
    'src/server/request-counts.ts',
    'src/server/tallies.ts',
    'src/server/store-gauges.ts',
  ],
  'quickjs-wasi': ['src/sandbox/'],
  mammoth: ['src/sandbox/documents.ts'],
  unpdf: ['src/sandbox/documents.ts'],
  'read-excel-file': ['src/sandbox/documents.ts'],
  '@pydantic/genai-prices': ['src/providers/models.ts'],
  hono: ['src/gateway/admin/'],
  '@hono/node-server': ['src/gateway/admin/'],
  kysely: ['src/store/'],
  pg: ['src/store/'],
  '@hono/zod-openapi': ['src/gateway/admin/'],
};

/** One kind, one folder: `list` names each member once. */
export const KINDS: readonly Kind[] = [
  { kind: 'provider', folder: 'src/providers', list: 'src/providers/index.ts' },
  { kind: 'policy', folder: 'src/balancer/policies', list: 'src/balancer/policies/index.ts' },
  { kind: 'node type', folder: 'src/flow/nodes', list: 'src/flow/nodes/index.ts' },
  { kind: 'fault', folder: 'src/simulator/faults', list: 'src/simulator/faults/index.ts' },
  { kind: 'profile', folder: 'src/simulator/profiles', list: 'src/simulator/profiles/index.ts' },
  { kind: 'command', folder: 'src/cli', list: 'src/cli/commands.ts', shape: '#cli/command.ts' },
];

export interface Kind {
  readonly kind: string;
  readonly folder: string;
  readonly list: string;
  /** Where members are told from their helpers by importing this; others have a default export. */
  readonly shape?: string;
}

/** Dialects are folders of `wire` with an index; this file lists them. */
export const DIALECT_LIST = 'src/wire/dialects.ts';

/** Where a vendor's name may stand in code. A dialect's own folder is one more such place. */
export const VENDOR_ROOMS = ['src/providers/', 'src/simulator/profiles/'];

export const VENDORS = [
  'openai',
  'anthropic',
  'claude',
  'gemini',
  'vertex',
  'bedrock',
  'azure',
  'groq',
  'mistral',
  'cohere',
  'deepseek',
  'cerebras',
  'fireworks',
  'openrouter',
  'ollama',
];

/** Words of other programs' protocols that contain a vendor's name and mean nothing by it. */
export const FOREIGN_WORDS: Readonly<Record<string, readonly string[]>> = {
  'src/config/litellm-settings.ts': ['enable_azure_ad_token_refresh', 'DefaultAzureCredential'],
  'src/gateway/control-fields.ts': ['allowed_openai_params'],
  'src/gateway/params.ts': ['allowed_openai_params'],
  'src/gateway/serve-models.ts': ['openai'],
  'src/gateway/routes.ts': [
    '/anthropic/v1/messages',
    '/anthropic/v1/messages/count_tokens',
    '/openai/deployments/{model}/chat/completions',
    '/openai/deployments/{model}/completions',
    '/openai/deployments/{model}/embeddings',
    '/openai/v1/responses',
    '/openai/responses',
  ],
  'src/config/model-list.ts': ['allowed_openai_params'],
  'src/config/model-row.ts': ['allowed_openai_params'],
  'src/core/route-kinds.ts': ['openai_routes'],
};

export const MAX_FILE_LINES = 400;
export const MAX_FUNCTION_LINES = 70;
export const MAX_PARAMETERS = 3;
