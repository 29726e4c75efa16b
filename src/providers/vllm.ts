import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'vllm',
  baseUrl: '',
  keyOptional: true,
  keyEnv: ['VLLM_API_KEY'],
  baseEnv: ['VLLM_API_BASE'],
  rerankPath: '/rerank',
});
