import type { JsonObject } from '#core/json.ts';
import type { Refusal } from '#simulator/admission.ts';
import { goDuration } from '#simulator/go-duration.ts';
import { DAY_MS, type Gauge, MINUTE_MS, perMinuteWords } from '#simulator/limit.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';

const ORGANIZATION = 'org-simulator';

/** What a project may use when its config names no models. */
const MODELS = ['gpt-4.1', 'text-embedding-3-small'];

const COUNTED = {
  requests: 'requests',
  tokens: 'tokens',
  input: 'input tokens',
  output: 'output tokens',
};
const ABBREVIATED = { requests: 'R', tokens: 'T', input: 'IT', output: 'OT' };

/**
 * OpenAI's API as its clients meet it. The vendor charges for a prompt by its characters, without
 * a tokeniser, and for the answer by `max_tokens`. Which default it takes where the caller names no
 * bound is not published; its headers show little, so a short call costs little here too.
 */
export const openai: Profile = {
  models: MODELS,
  promptCharge: (characters) => Math.ceil(characters / 4),
  defaultOutputCharge: 16,
  imageTokens: 85,
  embeddingDimensions: (model) => (model.includes('3-large') ? 3072 : 1536),

  baseHeaders: (requestId, elapsedMs) => ({
    'openai-organization': ORGANIZATION,
    'openai-processing-ms': String(Math.round(elapsedMs)),
    'openai-version': '2020-10-01',
    'x-request-id': requestId,
  }),

  limitHeaders: ({ requests, tokens }) => ({
    ...(requests && gaugeHeaders(perMinuteWords(requests))),
    ...(tokens && gaugeHeaders(perMinuteWords(tokens))),
  }),

  refused(model, of) {
    const refusal = perMinuteWords(of);
    const waits = refusal.waitMs !== Infinity;
    return {
      status: 429,
      headers: waits ? retryHeaders(refusal.waitMs) : {},
      body: errorBody({
        message: waits ? reachedText(model, refusal) : tooLargeText(model, refusal),
        type: refusal.dimension === 'requests' ? 'requests' : 'tokens',
        code: 'rate_limit_exceeded',
      }),
    };
  },

  unauthorized: (key) =>
    key === undefined
      ? invalid(401, {
          message:
            "You didn't provide an API key. Send it in an Authorization header: Authorization: Bearer YOUR_KEY.",
        })
      : invalid(401, {
          message: `Incorrect API key provided: ${maskKey(key)}.`,
          code: 'invalid_api_key',
        }),

  unknownModel: (model) =>
    invalid(404, {
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
      code: 'model_not_found',
    }),

  missingParameter: (name) =>
    invalid(400, {
      message: `Missing required parameter: '${name}'.`,
      param: name,
      code: 'missing_required_parameter',
    }),

  invalidParameter: (message, param) =>
    invalid(400, { message, ...(param !== undefined && { param }) }),

  invalidJson: () => invalid(400, { message: 'We could not parse the JSON body of your request.' }),

  tooLarge: (limitBytes) =>
    invalid(413, { message: `The request body is larger than ${limitBytes} bytes.` }),

  unknownPath: (method, path) => invalid(404, { message: `Invalid URL (${method} ${path})` }),

  wrongMethod: (method, path) =>
    invalid(405, { message: `Not allowed to ${method} on ${path}.`, code: 'method_not_supported' }),

  internal: () => ({
    status: 500,
    headers: {},
    body: errorBody({
      message: 'The server had an error while processing your request.',
      type: 'server_error',
    }),
  }),
};

const gaugeHeaders = (gauge: Gauge): Record<string, string> => ({
  [`x-ratelimit-limit-${gauge.dimension}`]: String(gauge.limit),
  [`x-ratelimit-remaining-${gauge.dimension}`]: String(gauge.remaining),
  [`x-ratelimit-reset-${gauge.dimension}`]: goDuration(gauge.resetMs),
});

const retryHeaders = (waitMs: number): Record<string, string> => ({
  'retry-after': String(Math.ceil(waitMs / 1000)),
  'retry-after-ms': String(Math.ceil(waitMs)),
});

/** `tokens per min (TPM)`; windows without a name of their own are told in seconds. */
const limitName = ({ dimension, windowMs }: Refusal): string => {
  const counted = COUNTED[dimension];
  if (windowMs === MINUTE_MS) return `${counted} per min (${ABBREVIATED[dimension]}PM)`;
  if (windowMs === DAY_MS) return `${counted} per day (${ABBREVIATED[dimension]}PD)`;
  return `${counted} per ${windowMs / 1000} s`;
};

const where = (model: string, refusal: Refusal): string =>
  `for ${model} in organization ${ORGANIZATION} on ${limitName(refusal)}`;

const reachedText = (model: string, refusal: Refusal): string =>
  `Rate limit reached ${where(model, refusal)}: Limit ${refusal.limit}, Used ${refusal.used}, ` +
  `Requested ${refusal.requested}. Please try again in ${goDuration(refusal.waitMs)}.`;

const tooLargeText = (model: string, refusal: Refusal): string =>
  `Request too large ${where(model, refusal)}: Limit ${refusal.limit}, ` +
  `Requested ${refusal.requested}. The input or output tokens must be reduced in order to run successfully.`;

interface ErrorFields {
  readonly message: string;
  readonly type: string;
  readonly param?: string;
  readonly code?: string;
}

const errorBody = ({ message, type, param, code }: ErrorFields): JsonObject => ({
  error: { message, type, param: param ?? null, code: code ?? null },
});

const invalid = (status: number, fields: Omit<ErrorFields, 'type'>): ErrorAnswer => ({
  status,
  headers: {},
  body: errorBody({ ...fields, type: 'invalid_request_error' }),
});

/** A key's two ends, as many as do not give it away. */
const maskKey = (key: string): string =>
  key.length < 16 ? '****' : `${key.slice(0, 3)}****${key.slice(-4)}`;
