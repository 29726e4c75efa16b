import hostedVllm from '#providers/hosted_vllm.ts';
import openai from '#providers/openai.ts';
import type { Provider } from '#providers/provider.ts';

/** Every vendor, one line each. */
export const providers: readonly Provider[] = [hostedVllm, openai];

const byName = new Map(providers.map((provider) => [provider.name, provider]));

export const findProvider = (name: string): Provider | undefined => byName.get(name);

/** Who speaks behind an `api_base` whose deployment names no vendor: most servers copy this one. */
export const commonProvider: Provider = openai;

/** The vendor that a model's name alone gives away. */
export const providerOfModel = (model: string): Provider | undefined =>
  providers.find(({ bareModels }) => bareModels?.test(model));
