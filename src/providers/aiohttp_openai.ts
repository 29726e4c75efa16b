import openai from '#providers/openai.ts';
import type { Provider } from '#providers/provider.ts';

const { bareModels: _, ...same } = openai;

/** LiteLLM has another way to reach the same place under this name. */
export default { ...same, name: 'aiohttp_openai', isAlias: true } satisfies Provider;
