import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'infinity',
  baseUrl: '',
  keyOptional: true,
  keyEnv: ['INFINITY_API_KEY'],
  baseEnv: ['INFINITY_API_BASE'],
  operations: { embeddings: { path: '/embeddings', dialect: 'openai-embeddings' } },
  rerankPath: '/rerank',
});
