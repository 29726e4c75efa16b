import ollama from '#providers/ollama.ts';
import type { Provider } from '#providers/provider.ts';

/** LiteLLM's word for the chats of the same server. */
export default { ...ollama, name: 'ollama_chat', isAlias: true } satisfies Provider;
