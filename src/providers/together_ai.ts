import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'together_ai',
  baseUrl: 'https://api.together.xyz/v1',
  keyEnv: ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY', 'TOGETHERAI_API_KEY', 'TOGETHER_AI_TOKEN'],
  baseEnv: ['TOGETHER_AI_API_BASE'],
  rerankPath: '/rerank',
});
