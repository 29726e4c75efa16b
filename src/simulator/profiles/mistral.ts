import { gaugeHeaders, scarcest } from '#simulator/profiles/gauges.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/** Requests are a matter of seconds, whatever the minute would hold. */
const REQUEST_BURST_MS = 1000;

/** Mistral's: tokens are counted when they are known, and each answer tells what it cost. */
export default {
  name: 'mistral',
  models: ['mistral-large-latest', 'mistral-embed'],
  charging: {
    prompt: 'tokens',
    promptRatio: 1,
    output: 'actual',
    defaultMax: 0,
    combine: 'sum',
    settle: 'add_actual',
    cachedFree: false,
  },
  imageTokens: 1000,
  embeddingDimensions: () => 1024,

  limits: ({ rpm, ...others }) => [
    ...linearLimits({ rpm }).map((limit) => ({ ...limit, burstMs: REQUEST_BURST_MS })),
    ...linearLimits(others),
  ],

  baseHeaders: ({ requestId }) => ({ 'mistral-correlation-id': requestId }),

  limitHeaders: (gauges, { charged }) => ({
    ...gaugeHeaders(scarcest(gauges, 'requests'), {
      limit: 'x-ratelimit-limit-req-minute',
      remaining: 'x-ratelimit-remaining-req-minute',
    }),
    ...gaugeHeaders(scarcest(gauges, 'tokens'), {
      limit: 'x-ratelimit-limit-tokens-minute',
      remaining: 'x-ratelimit-remaining-tokens-minute',
    }),
    'x-ratelimit-tokens-query-cost': String(charged.tokens ?? 0),
  }),

  refused: ({ dimension }) =>
    failure(429, `${dimension === 'requests' ? 'Requests' : 'Tokens'} rate limit exceeded`),

  unpaid: () => failure(402, 'Payment required: add a payment method to go on.'),

  tooFast: () => failure(429, 'Requests rate limit exceeded'),

  complain: ({ status, message }) => failure(status, message),
} satisfies Profile;

const failure = (status: number, message: string): ErrorAnswer => ({
  status,
  headers: {},
  body: { message },
});
