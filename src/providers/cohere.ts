import { neutralKeyQuota } from '#providers/neutral-quota.ts';
import type { Provider } from '#providers/provider.ts';

export default {
  name: 'cohere',
  bareModels: /^(?:command(?:-|$)|c4ai-|rerank-|embed-(?:english|multilingual|v\d))/,
  baseUrl: 'https://api.cohere.com',
  auth: 'bearer',
  keyEnv: ['COHERE_API_KEY', 'CO_API_KEY'],
  baseEnv: ['COHERE_API_BASE'],
  quota: neutralKeyQuota,
  operations: {
    chat: { path: '/v2/chat', dialect: 'cohere-chat' },
  },
} satisfies Provider;
