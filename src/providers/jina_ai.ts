import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'jina_ai',
  baseUrl: 'https://api.jina.ai/v1',
  keyEnv: ['JINA_AI_API_KEY', 'JINA_API_KEY'],
  baseEnv: ['JINA_AI_API_BASE'],
  operations: { embeddings: { path: '/embeddings', dialect: 'openai-embeddings' } },
  rerankPath: '/rerank',
});
