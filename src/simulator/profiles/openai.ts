import type { Refusal } from '#simulator/admission.ts';
import { goDuration } from '#simulator/go-duration.ts';
import { perMinuteWords } from '#simulator/limit.ts';
import { errorBody, plainComplaint } from '#simulator/profiles/envelope.ts';
import { gaugeHeaders, scarcest, standardNames } from '#simulator/profiles/gauges.ts';
import { limitName, limitNumbers } from '#simulator/profiles/limit-words.ts';
import type { Caller, Profile } from '#simulator/profiles/profile.ts';
import { retryAfterMs } from '#simulator/profiles/wait.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/**
 * OpenAI's API as its clients meet it. The vendor charges for a prompt by its characters, without
 * a tokeniser, and for the answer by `max_tokens`. Which default it takes where the caller names no
 * bound is not published; its headers show little, so a short call costs little here too.
 */
export default {
  name: 'openai',
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
  limits: linearLimits,

  baseHeaders: ({ requestId, elapsedMs, organisation, project }) => ({
    ...(organisation !== undefined && { 'openai-organization': organisation }),
    ...(project !== undefined && { 'openai-project': `proj_${project}` }),
    'openai-processing-ms': String(Math.round(elapsedMs)),
    'openai-version': '2020-10-01',
    'x-request-id': requestId,
  }),

  limitHeaders: (gauges) => ({
    ...gaugeHeaders(scarcest(gauges, 'requests'), standardNames('requests'), goDuration),
    ...gaugeHeaders(scarcest(gauges, 'tokens'), standardNames('tokens'), goDuration),
  }),

  refused(of, caller) {
    const refusal = perMinuteWords(of);
    return {
      status: 429,
      headers: retryAfterMs(refusal.waitMs),
      body: errorBody({
        message:
          refusal.waitMs === Infinity
            ? tooLargeText(refusal, caller)
            : reachedText(refusal, caller),
        type: refusal.dimension === 'requests' ? 'requests' : 'tokens',
        code: 'rate_limit_exceeded',
      }),
    };
  },

  unpaid: () => ({
    status: 429,
    headers: {},
    body: errorBody({
      message:
        'You exceeded your current quota, please check your plan and billing details. For more ' +
        'information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  }),

  tooFast: (waitMs) => ({
    status: 429,
    headers: retryAfterMs(waitMs),
    body: errorBody({
      message:
        'Your traffic grows too fast. Please slow down, keep a steady rate for a while and raise it gradually.',
      type: 'rate_limit_error',
      code: 'slow_down',
    }),
  }),

  complain: plainComplaint,
} satisfies Profile;

const where = (refusal: Refusal, { model, organisation }: Caller): string =>
  `for ${model} in organization ${organisation} on ${limitName(refusal, 'min')}`;

const reachedText = (refusal: Refusal, caller: Caller): string =>
  `Rate limit reached ${where(refusal, caller)}: ${limitNumbers(refusal)}`;

const tooLargeText = (refusal: Refusal, caller: Caller): string =>
  `Request too large ${where(refusal, caller)}: Limit ${refusal.limit}, ` +
  `Requested ${refusal.requested}. The input or output tokens must be reduced in order to run successfully.`;
