import { closest } from '#core/closest.ts';
import { describeFound } from '#core/finding.ts';
import { commonProvider, findProvider, providerOfModel, providers } from '#providers/index.ts';
import { whyUnspoken } from '#providers/unspoken.ts';
import type { Provider } from '#providers/provider.ts';

export interface ModelReference {
  /** `litellm_params.model`. */
  readonly model: string;
  /** `custom_llm_provider`, which overrides a prefix. */
  readonly providerName?: string | undefined;
  readonly hasApiBase: boolean;
}

export interface ProviderChoice {
  readonly provider: Provider;
  /** The model's name at the vendor. */
  readonly model: string;
  /** What it is asked for, whatever its callers ask for: some models answer in one way only. */
  readonly speaks?: 'responses';
}

/**
 * Who serves a model, in LiteLLM's order: the provider by name, a known prefix, a model name that
 * gives its vendor away, an `api_base` of its own. A string says what to write instead.
 */
export const chooseProvider = (reference: ModelReference): ProviderChoice | string => {
  const { model, providerName, hasApiBase } = reference;
  const slash = model.indexOf('/');
  const prefix = slash < 0 ? undefined : model.slice(0, slash);
  const name = providerName ?? prefix;
  if (name !== undefined) {
    const provider = findProvider(name);
    if (!provider) return unknownProvider(name, reference);
    return choiceOf(provider, prefix === name ? model.slice(slash + 1) : model);
  }
  const provider = providerOfModel(model) ?? (hasApiBase ? commonProvider : undefined);
  return provider
    ? { provider, model }
    : `no provider can be told from ${describeFound(model, [])}; write it in front, as in ${commonProvider.name}/MODEL`;
};

/** LiteLLM's word for models that have no chats, in front of their names. */
const RESPONSES = 'responses/';

const choiceOf = (provider: Provider, model: string): ProviderChoice =>
  provider.operations.responses && model.startsWith(RESPONSES)
    ? { provider, model: model.slice(RESPONSES.length), speaks: 'responses' }
    : { provider, model };

const unknownProvider = (name: string, { hasApiBase }: ModelReference): string => {
  const subject = `${describeFound(name, [])} names no provider`;
  const why = whyUnspoken(name);
  if (why !== undefined) return `${subject}: ${why}`;
  const hint = hasApiBase ? `; for a compatible server write ${commonProvider.name}/ in front` : '';
  const near = closest(
    name,
    providers.map((provider) => provider.name),
  );
  return near === undefined
    ? `${subject}; docs/reference/providers.md lists those that are known${hint}`
    : `${subject}; did you mean "${near}"?${hint && ` If not${hint.replace(';', ',')}.`}`;
};
