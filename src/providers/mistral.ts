import type { Provider } from '#providers/provider.ts';
import { MINUTE_MS } from '#providers/durations.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal } from '#providers/refusals.ts';
import { likelyOutput, settled, tokens } from '#providers/token-charges.ts';

export default {
  name: 'mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  auth: 'bearer',
  keyEnv: ['MISTRAL_API_KEY'],
  baseEnv: ['MISTRAL_API_BASE'],
  usageUnasked: true,
  quirks: [{ maxTokensField: 'max_tokens' }],
  quota: {
    scope: 'key',
    charge: (size) => ({ requests: 1, tokens: tokens(size.inputTokens + likelyOutput(size)) }),
    settle: (charged, usage) =>
      settled(charged, usage, ({ inputTokens, outputTokens }) => ({
        tokens: tokens(inputTokens + outputTokens),
      })),
    read: quotaReader({
      limits: [
        {
          dimension: 'requests',
          windowMs: MINUTE_MS,
          limit: 'x-ratelimit-limit-req-minute',
          remaining: 'x-ratelimit-remaining-req-minute',
        },
        {
          dimension: 'tokens',
          windowMs: MINUTE_MS,
          limit: 'x-ratelimit-limit-tokens-minute',
          remaining: 'x-ratelimit-remaining-tokens-minute',
        },
      ],
      chargedHeader: 'x-ratelimit-tokens-query-cost',
      refusal(refused) {
        if (isPaymentDue(refused)) return { class: 'money' };
        // `Service tier capacity exceeded for this model.`: too few machines, not too many calls.
        if (refused.reply.status !== 429 || /\bcapacity\b/i.test(refused.message)) return undefined;
        return limitRefusal(refused);
      },
    }),
  },
  operations: {
    chat: { path: '/chat/completions', dialect: 'openai-chat' },
    embeddings: { path: '/embeddings', dialect: 'openai-embeddings' },
  },
} satisfies Provider;
