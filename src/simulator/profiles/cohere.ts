import { DAY_MS, perMinuteWords } from '#simulator/limit.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/** Cohere's: calls are counted and nothing else, no header tells of them, and no refusal when to come back. */
export default {
  name: 'cohere',
  models: ['command-a-03-2025', 'command-a-reasoning-08-2025', 'embed-v4.0', 'rerank-v3.5'],
  charging: {
    prompt: 'tokens',
    promptRatio: 1,
    output: 'actual',
    defaultMax: 0,
    combine: 'sum',
    settle: 'add_actual',
    cachedFree: false,
  },
  imageTokens: 256,
  embeddingDimensions: () => 1536,
  limits: linearLimits,

  baseHeaders: ({ requestId }) => ({ 'x-debug-trace-id': requestId }),

  limitHeaders: () => ({}),

  refused(refusal) {
    const { limit, dimension, windowMs } = perMinuteWords(refusal);
    const unit = windowMs >= DAY_MS ? 'month' : 'minute';
    const counted = dimension === 'requests' ? 'API calls' : 'tokens';
    return failure(
      429,
      `You are using a Trial key, which is limited to ${limit} ${counted} / ${unit}. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits.`,
    );
  },

  unpaid: () => failure(402, 'Please add or update your payment method.'),

  tooFast: () => failure(429, 'Please wait and try again later.'),

  complain: ({ status, message }) =>
    failure(status, status === 401 ? 'invalid api token' : message),
} satisfies Profile;

const failure = (status: number, message: string): ErrorAnswer => ({
  status,
  headers: {},
  body: { message },
});
