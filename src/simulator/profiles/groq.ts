import { below } from '#simulator/profiles/below.ts';
import type { Refusal } from '#simulator/admission.ts';
import { goDuration } from '#simulator/go-duration.ts';
import { DAY_MS, perMinuteWords } from '#simulator/limit.ts';
import { errorBody, plainComplaint } from '#simulator/profiles/envelope.ts';
import { gaugeHeaders, scarcest, standardNames } from '#simulator/profiles/gauges.ts';
import { limitName, limitNumbers } from '#simulator/profiles/limit-words.ts';
import type { Caller, Profile } from '#simulator/profiles/profile.ts';
import { retryAfter } from '#simulator/profiles/wait.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/** Groq's: headers of requests speak of the day, those of tokens of the minute. */
export default {
  name: 'groq',
  locate: below('/openai/v1'),
  models: ['llama-3.3-70b-versatile'],
  charging: {
    prompt: 'chars4',
    promptRatio: 1,
    output: 'max_tokens',
    defaultMax: 16,
    combine: 'sum',
    settle: 'none',
    cachedFree: true,
  },
  imageTokens: 1000,
  embeddingDimensions: () => 1024,
  limits: linearLimits,

  baseHeaders: ({ requestId }) => ({ 'x-groq-region': 'dls', 'x-request-id': requestId }),

  limitHeaders(gauges) {
    const aDay = ({ windowMs }: { readonly windowMs: number }): boolean => windowMs >= DAY_MS;
    const requests = scarcest(gauges, 'requests', aDay);
    const tokens = scarcest(gauges, 'tokens', (gauge) => !aDay(gauge));
    return {
      ...gaugeHeaders(requests, standardNames('requests'), goDuration),
      ...gaugeHeaders(tokens, standardNames('tokens'), goDuration),
    };
  },

  refused(of, caller) {
    const refusal = perMinuteWords(of);
    const waits = refusal.waitMs !== Infinity;
    return {
      status: waits ? 429 : 413,
      headers: retryAfter(refusal.waitMs),
      body: errorBody({
        message: waits ? reachedText(refusal, caller) : tooLargeText(refusal, caller),
        type: refusal.dimension === 'requests' ? 'requests' : 'tokens',
        code: 'rate_limit_exceeded',
      }),
    };
  },

  unpaid: () => ({
    status: 429,
    headers: {},
    body: errorBody({
      message: 'The organization has reached its spend limit. Raise it in the console to go on.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  }),

  tooFast: (waitMs) => ({
    status: 498,
    headers: retryAfter(waitMs),
    body: errorBody({
      message: 'Flex tier capacity exceeded, try again later.',
      type: 'invalid_request_error',
      code: 'capacity_exceeded',
    }),
  }),

  complain: plainComplaint,
} satisfies Profile;

const where = (refusal: Refusal, { model, organisation }: Caller): string =>
  `for model \`${model}\` in organization \`${organisation}\` service tier \`on_demand\` on ` +
  limitName(refusal, 'minute');

const reachedText = (refusal: Refusal, caller: Caller): string =>
  `Rate limit reached ${where(refusal, caller)}: ${limitNumbers(refusal)} ` +
  'Need more tokens? Upgrade at https://console.groq.com/settings/billing.';

const tooLargeText = (refusal: Refusal, caller: Caller): string =>
  `Request too large ${where(refusal, caller)}: Limit ${refusal.limit}, ` +
  `Requested ${refusal.requested}, please reduce your message size and try again.`;
