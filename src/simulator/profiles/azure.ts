import { unescaped } from '#core/unescaped.ts';
import type { Refusal } from '#simulator/admission.ts';
import { MINUTE_MS } from '#simulator/limit.ts';
import { errorBody } from '#simulator/profiles/envelope.ts';
import { gaugeHeaders, scarcest } from '#simulator/profiles/gauges.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';
import { retryAfterMs, secondsOf } from '#simulator/profiles/wait.ts';
import { linearLimits, type ShortLimits, type StatedLimit } from '#simulator/short-limits.ts';

/** A deployment's requests are tied to its tokens: six a minute for each thousand. */
const REQUESTS_PER_TOKEN = 6 / 1000;
/** Requests are looked at over a shorter time than headers admit. */
const REQUEST_WINDOW_MS = 10_000;

/**
 * Azure OpenAI's: tokens count within full minutes, requests within ten seconds too. Headers tell
 * what is left of the minute only, so that a burst can be refused with plenty remaining.
 */
export default {
  name: 'azure',
  locate(path) {
    // Another maker's models stand below the maker's name.
    const [, rest] =
      /^\/(?:openai|anthropic\/v1)(\/(?:responses|messages)(?:\/.+)?)$/.exec(path) ?? [];
    if (rest !== undefined) return { path: `/v1${rest}` };
    const [, model, operation] = /^\/openai\/deployments\/([^/]+)(\/.+)$/.exec(path) ?? [];
    if (model === undefined) return undefined;
    return { path: `/v1${operation}`, model: unescaped(model) };
  },
  models: ['gpt-4.1', 'text-embedding-3-small'],
  charging: {
    prompt: 'chars4',
    promptRatio: 1,
    output: 'max_tokens',
    defaultMax: 16,
    combine: 'sum',
    settle: 'none',
    cachedFree: false,
  },
  imageTokens: 85,
  embeddingDimensions: (model) => (model.includes('3-large') ? 3072 : 1536),

  limits({ tpm, rpm = tpm && Math.max(1, Math.floor(tpm * REQUESTS_PER_TOKEN)), ...others }) {
    return [...requestLimits(rpm), ...tokenLimits(tpm), ...linearLimits(others)];
  },

  baseHeaders: ({ requestId }) => ({
    'apim-request-id': requestId,
    'x-ms-region': 'Sweden Central',
    'x-request-id': requestId,
  }),

  limitHeaders: (gauges) => ({
    ...gaugeHeaders(scarcest(gauges, 'requests'), { remaining: 'x-ratelimit-remaining-requests' }),
    ...gaugeHeaders(scarcest(gauges, 'tokens'), { remaining: 'x-ratelimit-remaining-tokens' }),
  }),

  refused: (refusal) =>
    refusal.waitMs === Infinity
      ? tooLarge(refusal)
      : exceeded(refusal.dimension === 'requests' ? 'call' : 'token', refusal),

  unpaid: () => ({
    status: 429,
    headers: {},
    body: errorBody({
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  }),

  tooFast: (waitMs) =>
    failure(429, {
      message: `The rate limit of this deployment is adjusted temporarily. Please retry after ${secondsOf(waitMs)} seconds.`,
      headers: retryAfterMs(waitMs),
    }),

  complain: ({ status, message, code }) => failure(status, { message, ...(code && { code }) }),
} satisfies Profile;

const requestLimits = (rpm: ShortLimits['rpm']): StatedLimit[] =>
  rpm === undefined
    ? []
    : [
        { dimension: 'requests', limit: rpm, windowMs: MINUTE_MS, refill: 'fixed' },
        {
          dimension: 'requests',
          limit: Math.ceil((rpm * REQUEST_WINDOW_MS) / MINUTE_MS),
          windowMs: REQUEST_WINDOW_MS,
          refill: 'sliding',
          shown: false,
        },
      ];

const tokenLimits = (tpm: ShortLimits['tpm']): StatedLimit[] =>
  tpm === undefined
    ? []
    : [{ dimension: 'tokens', limit: tpm, windowMs: MINUTE_MS, refill: 'fixed' }];

const SUBJECT =
  'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21';

const exceeded = (what: 'call' | 'token', { waitMs, dimension }: Refusal): ErrorAnswer => {
  const seconds = secondsOf(waitMs);
  const unit = seconds === 1 ? 'second' : 'seconds';
  return failure(429, {
    message:
      `${SUBJECT} have exceeded ${what} rate limit of your current OpenAI S0 pricing tier. ` +
      `Please retry after ${seconds} ${unit}. Please go here: https://aka.ms/oai/quotaincrease ` +
      'if you would like to further increase the default rate limit.',
    headers: {
      ...retryAfterMs(waitMs),
      [`x-ratelimit-reset-${dimension === 'requests' ? 'requests' : 'tokens'}`]: String(seconds),
    },
  });
};

const tooLarge = ({ limit, requested }: Refusal): ErrorAnswer =>
  failure(429, {
    message: `${SUBJECT} have exceeded the token budget by their parameters: ${requested} tokens, of at most ${limit}.`,
  });

const failure = (
  status: number,
  { message, code = String(status), headers = {} }: FailureFields,
): ErrorAnswer => ({ status, headers, body: { error: { code, message } } });

interface FailureFields {
  readonly message: string;
  readonly code?: string;
  readonly headers?: Record<string, string>;
}
