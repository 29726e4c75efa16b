import anthropic from '#providers/anthropic.ts';
import azure from '#providers/azure.ts';
import bedrock from '#providers/bedrock.ts';
import gemini from '#providers/gemini.ts';
import groq from '#providers/groq.ts';
import hostedVllm from '#providers/hosted_vllm.ts';
import mistral from '#providers/mistral.ts';
import openai from '#providers/openai.ts';
import type { Provider } from '#providers/provider.ts';

/** Every vendor, one line each. */
export const providers: readonly Provider[] = [
  anthropic,
  azure,
  bedrock,
  gemini,
  groq,
  hostedVllm,
  mistral,
  openai,
];

/** Those that can be asked anything yet. */
export const spokenProviders = providers.filter(
  ({ operations }) => Object.keys(operations).length > 0,
);

const byName = new Map(providers.map((provider) => [provider.name, provider]));

export const findProvider = (name: string): Provider | undefined => byName.get(name);

/** Who speaks behind an `api_base` whose deployment names no vendor: most servers copy this one. */
export const commonProvider: Provider = openai;

/** The vendor that a model's name alone gives away. */
export const providerOfModel = (model: string): Provider | undefined =>
  providers.find(({ bareModels }) => bareModels?.test(model));
