import type { Deployment } from '#config/loaded.ts';
import { findProvider } from '#providers/index.ts';
import { SPOKEN } from '#simulator/dialects.ts';
import { profileNames } from '#simulator/profiles/index.ts';
import { playSimulator } from '#simulator/test-kit.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from '../kit/gateway.ts';

/** A vendor that the simulator plays, as a config names it. */
export interface PlayedVendor {
  readonly provider: string;
  readonly profile: string;
  readonly model: string;
  /** Below the simulator's own URL. */
  readonly base: string;
  readonly more?: Partial<Deployment>;
}

const all: readonly PlayedVendor[] = [
  { provider: 'openai', profile: 'openai', model: 'gpt-4.1', base: '/v1' },
  {
    provider: 'openai',
    profile: 'openai',
    model: 'gpt-4.1',
    base: '/v1',
    more: { speaks: 'responses' },
  },
  { provider: 'azure', profile: 'azure', model: 'gpt-4.1', base: '' },
  { provider: 'azure', profile: 'azure', model: 'gpt-4.1', base: '', more: { apiVersion: 'v1' } },
  {
    provider: 'azure',
    profile: 'azure',
    model: 'gpt-4.1',
    base: '',
    more: { apiVersion: '2025-04-01-preview' },
  },
  { provider: 'hosted_vllm', profile: 'openai', model: 'llama', base: '/v1' },
  { provider: 'anthropic', profile: 'anthropic', model: 'claude-sonnet-4-6', base: '' },
  {
    provider: 'bedrock',
    profile: 'bedrock',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    base: '',
  },
  { provider: 'gemini', profile: 'gemini', model: 'gemini-2.5-flash', base: '/v1beta' },
  { provider: 'cohere', profile: 'cohere', model: 'command-a-03-2025', base: '' },
  {
    provider: 'vertex_ai',
    profile: 'gemini',
    model: 'gemini-2.5-flash',
    base: '',
    more: { settings: { vertex_project: 'p' } },
  },
];

const played = new Set<unknown>([...SPOKEN.values()].map(({ dialect }) => dialect.name));

/** Those that can be asked for a chat, and played in their own dialect. */
export const vendors = all.filter(({ provider, profile }) => {
  const chat = findProvider(provider)?.operations.chat;
  return chat && profileNames.includes(profile) && played.has(chat.dialect);
});

export const GROUP = 'model';
export const KEY = MASTER_KEY;

/** A gateway before a vendor that is played. */
export const startPlayed = async ({ provider, profile, model, base, more }: PlayedVendor) => {
  const played = await playSimulator(`profile: ${profile}
projects: [{id: a, key: sk-simulated, models: [${model}], rpm: 10000, tpm: 10000000}]
`);
  const row = deployment('a', `${played.url}${base}`, {
    provider,
    model,
    group: GROUP,
    apiKey: 'sk-simulated',
    ...more,
  });
  const gateway = await startGateway(configOf([row]));
  return {
    url: gateway.url,
    gateway,
    close: async () => {
      await gateway.close();
      await played.simulator.close();
    },
  };
};
