import { amount } from '#providers/amounts.ts';
import { MINUTE_MS } from '#providers/durations.ts';
import { neutralKeyQuota } from '#providers/neutral-quota.ts';
import type { Provider } from '#providers/provider.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal } from '#providers/refusals.ts';

/** `… a Trial key, which is limited to 20 API calls / minute.`, or `/ month`. */
const TOLD = /\blimited to ([\d,]{1,16}) (API calls|tokens) \/ (minute|month)/;

/** A month that is full says not when it ends: it is tried again each hour. */
const MONTH_RETRY_MS = 3_600_000;

export default {
  name: 'cohere',
  bareModels: /^(?:command(?:-|$)|c4ai-|rerank-|embed-(?:english|multilingual|v\d))/,
  baseUrl: 'https://api.cohere.com',
  auth: 'bearer',
  keyEnv: ['COHERE_API_KEY', 'CO_API_KEY'],
  baseEnv: ['COHERE_API_BASE'],
  quota: {
    ...neutralKeyQuota,
    // No header speaks of limits.
    read: quotaReader({
      limits: [],
      refusal(refused) {
        if (isPaymentDue(refused)) return { class: 'money' };
        if (refused.reply.status !== 429) return undefined;
        const [, number = '', counted, unit] = TOLD.exec(refused.message.slice(0, 1000)) ?? [];
        const dimension = counted === 'tokens' ? 'tokens' : 'requests';
        if (unit === 'month') return { class: 'day', dimension, retryMs: MONTH_RETRY_MS };
        const told = limitRefusal(refused);
        const limit = amount(number);
        return limit ? { ...told, dimension, limit, windowMs: MINUTE_MS } : told;
      },
    }),
  },
  operations: {
    chat: { path: '/v2/chat', dialect: 'cohere-chat' },
    embeddings: { path: '/v2/embed', dialect: 'cohere-embeddings' },
    rerank: { path: '/v2/rerank', dialect: 'cohere-rerank' },
  },
} satisfies Provider;
