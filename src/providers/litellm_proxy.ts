import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'litellm_proxy',
  baseUrl: '',
  keyOptional: true,
  keyEnv: ['LITELLM_PROXY_API_KEY'],
  baseEnv: ['LITELLM_PROXY_API_BASE'],
  rerankPath: '/rerank',
  // The first is a gateway's of our own kind, which has time-outs for each try beside it.
  hearsDeadline: ['x-request-timeout', 'x-litellm-timeout'],
});
