import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { playSimulator } from '#simulator/test-kit.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from '../kit/gateway.ts';

/** A vendor that the simulator plays, as a config names it. */
export interface PlayedVendor {
  /** Of its project there, and of its group here. */
  readonly name: string;
  readonly provider: string;
  readonly profile: string;
  readonly model: string;
  /** Whether it tells what it has thought, where it is asked to think. */
  readonly thinks?: boolean;
  /** A model that makes vectors, where it has one. */
  readonly embeds?: string;
  /** One that puts documents into order. */
  readonly ranks?: string;
  /** Below the simulator's own URL. */
  readonly base: string;
  readonly more?: Partial<Deployment>;
}

const GPT = { profile: 'openai', model: 'gpt-4.1', base: '/v1' } as const;
const OPENAI = { provider: 'openai', ...GPT } as const;
const AZURE = { provider: 'azure', profile: 'azure', model: 'gpt-4.1', base: '' } as const;
const GOOGLE = { profile: 'gemini', model: 'gemini-2.5-flash', thinks: true } as const;
const VERTEX = {
  ...GOOGLE,
  provider: 'vertex_ai',
  base: '',
  more: { settings: { vertex_project: 'p' } },
} as const;
const EMBEDS = { embeds: 'text-embedding-3-small' } as const;

/** One for each outbound dialect, and for each way in which a vendor has it. */
export const vendors: readonly PlayedVendor[] = [
  { name: 'openai', ...OPENAI, ...EMBEDS },
  { name: 'openai-responses', ...OPENAI, more: { speaks: 'responses' } },
  {
    name: 'openai-gpt-5',
    ...OPENAI,
    model: 'gpt-5-mini',
    thinks: true,
    more: { speaks: 'responses' },
  },
  { name: 'azure', ...AZURE, ...EMBEDS },
  { name: 'azure-v1', ...AZURE, ...EMBEDS, more: { apiVersion: 'v1' } },
  { name: 'azure-preview', ...AZURE, more: { apiVersion: '2025-04-01-preview' } },
  {
    name: 'azure-claude',
    provider: 'azure_ai',
    profile: 'azure',
    model: 'claude-sonnet-4-6',
    thinks: true,
    base: '',
  },
  { name: 'vllm', ...GPT, provider: 'hosted_vllm', model: 'llama' },
  {
    name: 'anthropic',
    provider: 'anthropic',
    profile: 'anthropic',
    model: 'claude-sonnet-4-6',
    thinks: true,
    base: '',
  },
  {
    name: 'bedrock',
    provider: 'bedrock',
    profile: 'bedrock',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    thinks: true,
    embeds: 'amazon.titan-embed-text-v2:0',
    base: '',
  },
  {
    name: 'bedrock-nova',
    provider: 'bedrock',
    profile: 'bedrock',
    model: 'amazon.nova-pro-v1:0',
    embeds: 'cohere.embed-multilingual-v3',
    base: '',
  },
  {
    name: 'gemini',
    ...GOOGLE,
    provider: 'gemini',
    embeds: 'gemini-embedding-001',
    base: '/v1beta',
  },
  {
    name: 'cohere',
    provider: 'cohere',
    profile: 'cohere',
    model: 'command-a-03-2025',
    embeds: 'embed-v4.0',
    ranks: 'rerank-v3.5',
    base: '',
  },
  { name: 'vertex', ...VERTEX, embeds: 'text-embedding-005' },
  { name: 'vertex-claude', ...VERTEX, model: 'claude-sonnet-4-6' },
  { name: 'vertex-open', ...VERTEX, model: 'meta/llama-4-maas', thinks: false },
];

export const KEY = MASTER_KEY;

/** What a vendor says to have thought. */
export const THOUGHT = 'The simulator thinks before it speaks.';

/** The group of a vendor's model that makes vectors. */
export const vectorsOf = ({ name }: PlayedVendor): string => `${name}-vectors`;

/** And of that which puts documents into order. */
export const ranksOf = ({ name }: PlayedVendor): string => `${name}-ranks`;

/** By group. */
const modelsOf = (vendor: PlayedVendor): ReadonlyMap<string, string> => {
  const { name, model, embeds, ranks } = vendor;
  const all: [string, string | undefined][] = [
    [name, model],
    [vectorsOf(vendor), embeds],
    [ranksOf(vendor), ranks],
  ];
  return new Map(all.flatMap(([group, of]) => (of === undefined ? [] : [[group, of] as const])));
};

const projectOf = (vendor: PlayedVendor): string => {
  const { name, profile } = vendor;
  const models = JSON.stringify([...modelsOf(vendor).values()]);
  return `  - {id: ${name}, key: sk-${name}, profile: ${profile}, models: ${models}}`;
};

const rowsOf = (url: string, vendor: PlayedVendor): Deployment[] => {
  const { name, provider, base, more } = vendor;
  return [...modelsOf(vendor)].map(([group, model]) =>
    deployment(group, `${url}${base}`, {
      provider,
      group,
      model,
      apiKey: `sk-${name}`,
      pricing: { provider, model, own: {} },
      ...more,
    }),
  );
};

export interface PlayedWorld {
  readonly url: string;
  /** The next call of this vendor meets it. */
  fault(vendor: PlayedVendor, script: object): Promise<void>;
  close(): Promise<void>;
}

/** One gateway before all vendors, played by one simulator. Nothing is tried twice. */
const startPlayed = async (): Promise<PlayedWorld> => {
  const played = await playSimulator(`projects:\n${vendors.map(projectOf).join('\n')}\n`);
  const config = configOf(vendors.flatMap((vendor) => rowsOf(played.url, vendor)));
  const routing = { ...config.routing, numRetries: 0 };
  const gateway = await startGateway({ ...config, routing });
  return {
    url: gateway.url,
    async fault({ name }, script) {
      const { status, json } = await played.fault({ times: 1, ...script, projects: [name] });
      if (status >= 300) throw new Error(`no such fault: ${JSON.stringify(json)}`);
    },
    async close() {
      await gateway.close();
      await played.simulator.close();
    },
  };
};

/** What a vendor may answer instead, and what OpenAI's clients are told that it is. */
interface Refusal {
  readonly status: number;
  readonly kind: string;
}

const ERRORS: readonly Refusal[] = [
  { status: 400, kind: 'invalid_request_error' },
  { status: 500, kind: 'internal_server_error' },
  { status: 503, kind: 'internal_server_error' },
];

/** What a vendor says of its faults. */
export const MOON = 'The moon is full.';

/** Everything that a vendor may answer to the next call, which is made whole and streamed. */
export const eachRefusal = async (
  vendor: PlayedVendor,
  world: PlayedWorld,
  meet: (refusal: Refusal & { readonly stream: boolean }) => Promise<void>,
): Promise<void> => {
  for (const stream of [false, true])
    for (const refusal of ERRORS) {
      await world.fault(vendor, { kind: 'http', status: refusal.status, message: MOON });
      await meet({ ...refusal, stream });
    }
};

/** Every way in which the next stream breaks. `said`: what the vendor says of it, if anything. */
export const eachBreak = async (
  vendor: PlayedVendor,
  world: PlayedWorld,
  meet: (said: string | undefined) => Promise<void>,
): Promise<void> => {
  await world.fault(vendor, { kind: 'error_event', after_events: 8, message: MOON });
  await meet(MOON);
  await world.fault(vendor, { kind: 'truncate' });
  await meet(undefined);
};

/** What a client does, and what comes of it, before any vendor. */
type Case = (vendor: PlayedVendor, world: PlayedWorld) => Promise<void>;

interface Matrix {
  readonly cases: Readonly<Record<string, Case>>;
  /** Why a vendor cannot do a case: by its name, and the case's. */
  readonly skips?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly before?: readonly PlayedVendor[];
}

/** Every case before every vendor. */
export const clientMatrix = (
  client: string,
  { cases, skips = {}, before = vendors }: Matrix,
): void => {
  describe(client, () => {
    let world: PlayedWorld;
    beforeAll(async () => (world = await startPlayed()));
    afterAll(() => world.close());
    for (const vendor of before)
      describe(`before ${vendor.name}`, () => {
        for (const [title, run] of Object.entries(cases)) {
          const reason = skips[vendor.name]?.[title];
          if (reason === undefined) test(title, () => run(vendor, world));
          else test.skip(`${title} (${reason})`, () => run(vendor, world));
        }
      });
  });
};
