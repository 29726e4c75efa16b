import { MINUTE_MS } from '#providers/durations.ts';
import { standardLimits } from '#providers/limit-headers.ts';
import type { QuotaRules } from '#providers/quota.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, waitRefusal } from '#providers/refusals.ts';
import { likelyOutput, settled, tokens } from '#providers/token-charges.ts';

/**
 * For servers whose limits, if there are any, nobody knows: each deployment has its own, a call counts
 * as what it uses, and only the headers that are common to many are believed.
 */
export const neutralQuota: QuotaRules = {
  scope: 'deployment',
  charge: (size) => ({ requests: 1, tokens: tokens(size.inputTokens + likelyOutput(size)) }),
  settle: (charged, usage) =>
    settled(charged, usage, ({ inputTokens, outputTokens }) => ({
      tokens: tokens(inputTokens + outputTokens),
    })),
  read: quotaReader({
    limits: standardLimits({ requests: MINUTE_MS, tokens: MINUTE_MS }),
    refusal(refused) {
      if (isPaymentDue(refused)) return { class: 'money' };
      if (refused.reply.status !== 429) return undefined;
      return waitRefusal(refused.reply);
    },
  }),
};

/** The same behind a key: whoever has it draws from what it has. */
export const neutralKeyQuota: QuotaRules = { ...neutralQuota, scope: 'key' };
