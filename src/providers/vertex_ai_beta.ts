import type { Provider } from '#providers/provider.ts';
import vertexAi from '#providers/vertex_ai.ts';

/** Once another version of the same; LiteLLM's configs still have both names. */
export default { ...vertexAi, name: 'vertex_ai_beta', isAlias: true } satisfies Provider;
