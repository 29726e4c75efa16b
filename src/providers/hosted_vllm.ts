import { neutralQuota } from '#providers/neutral-quota.ts';
import type { Provider } from '#providers/provider.ts';

export default {
  name: 'hosted_vllm',
  baseUrl: '',
  auth: 'bearer',
  keyOptional: true,
  keyEnv: ['HOSTED_VLLM_API_KEY'],
  baseEnv: ['HOSTED_VLLM_API_BASE'],
  quota: neutralQuota,
  operations: {
    chat: { path: '/chat/completions', dialect: 'openai-chat' },
    embeddings: { path: '/embeddings', dialect: 'openai-embeddings' },
  },
} satisfies Provider;
