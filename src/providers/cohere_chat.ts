import cohere from '#providers/cohere.ts';
import type { Provider } from '#providers/provider.ts';

const { bareModels: _, ...same } = cohere;

/** Once another of its APIs; LiteLLM's configs still have both names. */
export default { ...same, name: 'cohere_chat', isAlias: true } satisfies Provider;
