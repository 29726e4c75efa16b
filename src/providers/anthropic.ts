import type { QuotaRefusal } from '#core/quota.ts';
import { MINUTE_MS } from '#providers/durations.ts';
import type { LimitHeaders } from '#providers/limit-headers.ts';
import type { Provider } from '#providers/provider.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal, rampRefusal, type Refused } from '#providers/refusals.ts';
import { usualOutputTokens } from '#wire/anthropic-messages/abilities.ts';
import { boundOutput, freshInput, settled, tokens } from '#providers/token-charges.ts';

const limit = (dimension: LimitHeaders['dimension'], name: string): LimitHeaders => ({
  dimension,
  windowMs: MINUTE_MS,
  limit: `anthropic-ratelimit-${name}-limit`,
  remaining: `anthropic-ratelimit-${name}-remaining`,
  reset: `anthropic-ratelimit-${name}-reset`,
});

const SPENT = /\b(?:credit balance is too low|specified API usage limits|spend limit)\b/i;

const GROWTH = /\b(?:usage increase rate|acceleration limits?)\b/i;

const refusal = (refused: Refused): QuotaRefusal | undefined => {
  const { reply, code, type, message } = refused;
  const isSpent = [code, type].includes('enforced_spend_limit_reached') || SPENT.test(message);
  if (isPaymentDue(refused) || isSpent) return { class: 'money' };
  if (reply.status !== 429) return undefined;
  if (GROWTH.test(message)) return rampRefusal(refused);
  const isParallel = /\bconcurrent (?:connections|requests)\b/.test(message);
  return limitRefusal(refused, isParallel ? 'parallel' : undefined);
};

export default {
  name: 'anthropic',
  bareModels: /^claude-/,
  baseUrl: 'https://api.anthropic.com',
  // Tokens of people's accounts, other than keys of the API.
  auth: { header: 'x-api-key', bearer: /^sk-ant-oat/ },
  headers: { 'anthropic-version': '2023-06-01' },
  hears: { 'anthropic-version': 'replaces', 'anthropic-beta': 'adds' },
  keyEnv: ['ANTHROPIC_API_KEY'],
  baseEnv: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'],
  quota: {
    scope: 'key',
    // A bound is sent in any case.
    charge: ({ maxOutputTokens, ...size }, model) => ({
      requests: 1,
      input: tokens(size.inputTokens),
      output: tokens(
        boundOutput({ ...size, maxOutputTokens: maxOutputTokens ?? usualOutputTokens(model) }),
      ),
    }),
    // What was read from the cache is free, and so is what was reserved and not answered.
    settle: (charged, usage) =>
      settled(charged, usage, (used) => ({
        input: tokens(freshInput(used)),
        output: tokens(used.outputTokens),
      })),
    read: quotaReader({
      // `…-tokens-*` repeats whichever of the other two is the tightest.
      limits: [
        limit('requests', 'requests'),
        limit('input', 'input-tokens'),
        limit('output', 'output-tokens'),
      ],
      organizationHeader: 'anthropic-organization-id',
      refusal,
    }),
  },
  operations: {
    chat: { path: '/v1/messages', dialect: 'anthropic-messages' },
    count: { path: '/v1/messages/count_tokens', dialect: 'anthropic-messages' },
  },
} satisfies Provider;
