import { below } from '#simulator/profiles/below.ts';
import type { JsonObject } from '#core/json.ts';
import type { Refusal } from '#simulator/admission.ts';
import { DAY_MS } from '#simulator/limit.ts';
import type { Caller, ErrorAnswer, Located, Profile } from '#simulator/profiles/profile.ts';
import { secondsOf } from '#simulator/profiles/wait.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/** Told for a day's limit too, which no wait of seconds can help: a trap that the vendor has set. */
const DAY_RETRY_MS = 22_000;

/** Its own paths, and those of its other endpoint, where another maker's models are, too. */
const OWN =
  /^\/v1(?:beta1?)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/\w+\/)?models\/([^/:]+):(\w+)$/;

const VERBS: Readonly<Record<string, Located>> = {
  generateContent: { path: '/v1beta/models:generateContent', stream: false },
  streamGenerateContent: { path: '/v1beta/models:generateContent', stream: true },
  countTokens: { path: '/v1beta/models:countTokens' },
  embedContent: { path: '/v1beta/models:embedContents' },
  batchEmbedContents: { path: '/v1beta/models:embedContents' },
  predict: { path: '/v1beta/models:predict' },
  rawPredict: { path: '/v1/messages', stream: false },
  streamRawPredict: { path: '/v1/messages', stream: true },
};

/** Where the other maker's tokens are counted: the body names the model. */
const COUNTING = 'count-tokens';

const locateOwn = (path: string): Located | undefined => {
  const [, model = '', verb = ''] = OWN.exec(path) ?? [];
  if (model === COUNTING) return { path: '/v1/messages/count_tokens' };
  return Object.hasOwn(VERBS, verb)
    ? { ...VERBS[verb]!, model: decodeURIComponent(model) }
    : undefined;
};

const locateCompatible = below('/v1beta/openai');

/** Open models, in the common format. */
const locateOpen = (path: string): Located | undefined => {
  const [, rest] =
    /^\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/endpoints\/openapi(\/.+)$/.exec(path) ??
    [];
  return rest === undefined ? undefined : { path: `/v1${rest}` };
};

/**
 * Gemini's: only input counts as tokens, the day ends at midnight on the Pacific coast, and no header
 * tells anything: limits are known by their refusals alone.
 */
const own = {
  name: 'gemini',
  locate: (path) => locateOwn(path) ?? locateCompatible(path) ?? locateOpen(path),
  models: ['gemini-2.5-flash', 'gemini-embedding-001'],
  charging: {
    prompt: 'tokens',
    promptRatio: 1,
    output: 'max_tokens',
    defaultMax: 0,
    combine: 'sum',
    settle: 'none',
    cachedFree: false,
  },
  imageTokens: 258,
  embeddingDimensions: () => 3072,

  limits: ({ rpd, tpm, itpm = tpm, ...others }) => [
    ...linearLimits({ ...others, itpm }),
    ...(rpd === undefined
      ? []
      : [
          {
            dimension: 'requests',
            limit: rpd,
            windowMs: DAY_MS,
            refill: 'fixed',
            resetZone: 'America/Los_Angeles',
          } as const,
        ]),
  ],

  baseHeaders: ({ elapsedMs }) => ({
    'server-timing': `gfet4t7; dur=${Math.round(elapsedMs)}`,
    vary: 'Origin, X-Origin, Referer',
  }),

  limitHeaders: () => ({}),

  refused(refusal, caller) {
    const delayMs = refusal.windowMs >= DAY_MS ? DAY_RETRY_MS : refusal.waitMs;
    const waits = refusal.waitMs !== Infinity;
    const metric = metricOf(refusal);
    return failure(429, {
      message:
        'You exceeded your current quota, please check your plan and billing details. For more ' +
        'information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\n' +
        `* Quota exceeded for metric: ${metric}, limit: ${refusal.limit}, model: ${caller.model}` +
        (waits ? `\nPlease retry in ${(delayMs / 1000).toFixed(9)}s.` : ''),
      details: [
        violation(refusal, caller),
        {
          '@type': 'type.googleapis.com/google.rpc.Help',
          links: [
            {
              description: 'Learn more about Gemini API quotas',
              url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
            },
          ],
        },
        ...(waits
          ? [
              {
                '@type': 'type.googleapis.com/google.rpc.RetryInfo',
                retryDelay: `${secondsOf(delayMs)}s`,
              },
            ]
          : []),
      ],
    });
  },

  unpaid: () =>
    failure(402, {
      message: 'Billing is not active for this project. Please add a payment method.',
    }),

  tooFast: () => failure(429, { message: 'Resource exhausted. Please try again later.' }),

  complain({ status, message, code }) {
    // A key that is none is a bad argument.
    if (code === 'invalid_api_key')
      return failure(400, { message: BAD_KEY, details: [errorInfo('API_KEY_INVALID')] });
    if (status === 401) return failure(403, { message: NO_KEY });
    return failure(status, { message });
  },
} satisfies Profile;

const BAD_KEY = 'API key not valid. Please pass a valid API key.';
const NO_KEY =
  "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";

const errorInfo = (reason: string): JsonObject => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
});

/** The vendor's chat completions wrap an error into a list, and call a bad key by its own status. */
const inList = ({ body, ...answer }: ErrorAnswer): ErrorAnswer => ({ ...answer, body: [body] });

const compatible = {
  ...own,
  refused: (...said) => inList(own.refused(...said)),
  unpaid: () => inList(own.unpaid()),
  tooFast: () => inList(own.tooFast()),
  complain: ({ status, message }) => inList(failure(status, { message })),
} satisfies Profile;

export default {
  ...compatible,
  at: (path) => (locateOwn(path) ? own : compatible),
} satisfies Profile;

const isRequests = ({ dimension }: Refusal): boolean => dimension === 'requests';

const metricOf = (refusal: Refusal): string =>
  'generativelanguage.googleapis.com/generate_content_' +
  (isRequests(refusal) ? 'requests' : 'paid_tier_input_token_count');

/** `GenerateRequestsPerDayPerProjectPerModel`: the only place that tells a minute from a day. */
const violation = (refusal: Refusal, { model }: Caller): JsonObject => {
  const counted = isRequests(refusal) ? 'Requests' : 'ContentInputTokens';
  const window = refusal.windowMs >= DAY_MS ? 'Day' : 'Minute';
  return {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [
      {
        quotaMetric: metricOf(refusal),
        quotaId: `Generate${counted}Per${window}PerProjectPerModel`,
        quotaDimensions: { location: 'global', model },
        quotaValue: String(refusal.limit),
      },
    ],
  };
};

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const failure = (
  status: number,
  { message, details }: { readonly message: string; readonly details?: JsonObject[] },
): ErrorAnswer => {
  const word = STATUSES[status] ?? (status < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL');
  const error = { code: status, message, status: word, ...(details && { details }) };
  return { status, headers: {}, body: { error } };
};
