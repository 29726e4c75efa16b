import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'hosted_vllm',
  baseUrl: '',
  keyOptional: true,
  keyEnv: ['HOSTED_VLLM_API_KEY'],
  baseEnv: ['HOSTED_VLLM_API_BASE'],
  rerankPath: '/rerank',
});
