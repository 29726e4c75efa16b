import { compatible } from '#providers/compatible.ts';

/** Its older dialect says nothing that the common one does not. */
export default compatible({
  name: 'ollama',
  baseUrl: 'http://localhost:11434',
  keyOptional: true,
  keyEnv: ['OLLAMA_API_KEY'],
  baseEnv: ['OLLAMA_API_BASE'],
  operations: {
    chat: { path: '/v1/chat/completions', dialect: 'openai-chat' },
    completions: { path: '/v1/completions', dialect: 'openai-completions' },
    embeddings: { path: '/v1/embeddings', dialect: 'openai-embeddings' },
  },
});
