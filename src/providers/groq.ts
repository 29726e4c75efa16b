import type { Provider } from '#providers/provider.ts';
import { DAY_MS, MINUTE_MS } from '#providers/durations.ts';
import { standardLimits } from '#providers/limit-headers.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal } from '#providers/refusals.ts';
import { boundOutput, settled, tokens } from '#providers/token-charges.ts';

export default {
  name: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  auth: 'bearer',
  keyEnv: ['GROQ_API_KEY'],
  baseEnv: ['GROQ_API_BASE'],
  quota: {
    scope: 'key',
    charge: (size) => ({ requests: 1, tokens: tokens(size.inputTokens + boundOutput(size)) }),
    // What came out of the cache is given back; what was reserved and not answered is not.
    settle: (charged, usage) =>
      settled(charged, usage, ({ cachedTokens = 0 }) => ({
        tokens: tokens((charged.tokens ?? 0) - cachedTokens),
      })),
    read: quotaReader({
      // The same names as elsewhere, for other windows: requests are those of a day.
      limits: standardLimits({ requests: DAY_MS, tokens: MINUTE_MS }),
      refusal(refused) {
        const { status } = refused.reply;
        if (isPaymentDue(refused)) return { class: 'money' };
        // A call that is larger than a limit is refused as too long.
        const isTooLarge = status === 413 && refused.code === 'rate_limit_exceeded';
        return status === 429 || isTooLarge ? limitRefusal(refused) : undefined;
      },
    }),
  },
  operations: { chat: { path: '/chat/completions', dialect: 'openai-chat' } },
} satisfies Provider;
