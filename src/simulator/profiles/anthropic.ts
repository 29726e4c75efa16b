import { type Gauge, perMinuteWords } from '#simulator/limit.ts';
import { gaugeHeaders, scarcest } from '#simulator/profiles/gauges.ts';
import { COUNTED } from '#simulator/profiles/limit-words.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';
import { retryAfter } from '#simulator/profiles/wait.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/** Anthropic's: input and output apart; what comes out of the cache is free; resets are instants. */
export default {
  name: 'anthropic',
  demands: (path) => (path.startsWith('/v1/messages') ? ['anthropic-version'] : []),
  models: ['claude-sonnet-4-5'],
  charging: {
    prompt: 'tokens',
    promptRatio: 1,
    output: 'max_tokens',
    defaultMax: 4096,
    combine: 'sum',
    settle: 'refund_unused',
    cachedFree: true,
  },
  imageTokens: 1600,
  embeddingDimensions: () => 1024,
  limits: linearLimits,

  baseHeaders: ({ requestId, organisation }) => ({
    'request-id': requestId,
    ...(organisation !== undefined && { 'anthropic-organization-id': organisation }),
  }),

  limitHeaders(gauges, { wallMs }) {
    const family = (name: string, gauge: Gauge | undefined): Record<string, string> =>
      gaugeHeaders(
        gauge,
        {
          limit: `anthropic-ratelimit-${name}-limit`,
          remaining: `anthropic-ratelimit-${name}-remaining`,
          reset: `anthropic-ratelimit-${name}-reset`,
        },
        (resetMs) => instant(wallMs + resetMs),
      );
    const [input, output] = [scarcest(gauges, 'input'), scarcest(gauges, 'output')];
    const both = scarcest(gauges, 'tokens');
    return {
      ...family('requests', scarcest(gauges, 'requests')),
      ...family('input-tokens', input),
      ...family('output-tokens', output),
      ...family('tokens', leastOf([input, output, both])),
    };
  },

  refused(of, { organisation, model }) {
    const { limit, dimension, windowMs, waitMs } = perMinuteWords(of);
    const window = windowMs === 60_000 ? 'minute' : `${windowMs / 1000} seconds`;
    return failure(429, {
      message:
        `This request would exceed your organization's rate limit of ${limit.toLocaleString('en')} ` +
        `${COUNTED[dimension]} per ${window} (org: ${organisation}, model: ${model}). For details, ` +
        'refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for ' +
        'current usage. Please reduce the prompt length or the maximum tokens requested, or try again later.',
      headers: retryAfter(waitMs),
    });
  },

  unpaid: () =>
    failure(429, {
      type: 'enforced_spend_limit_reached',
      message: 'Your organization has reached its spend limit. Raise it in the console to go on.',
    }),

  tooFast: (waitMs) =>
    failure(429, {
      message:
        'Your usage has exceeded the acceleration limit. Please raise your traffic gradually.',
      headers: retryAfter(waitMs),
    }),

  complain: ({ status, message, code, param }) =>
    failure(status, {
      message: code === 'missing_required_parameter' ? `${param}: Field required` : message,
    }),
} satisfies Profile;

/** RFC 3339 in whole seconds, rounded up, so that nobody comes back too early. */
const instant = (wallMs: number): string =>
  new Date(Math.ceil(wallMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');

const leastOf = (gauges: readonly (Gauge | undefined)[]): Gauge | undefined =>
  gauges
    .filter((gauge) => gauge !== undefined)
    .toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit)[0];

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const failure = (
  status: number,
  fields: {
    readonly message: string;
    readonly type?: string;
    readonly headers?: Record<string, string>;
  },
): ErrorAnswer => {
  const byStatus = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  const { message, type = byStatus, headers = {} } = fields;
  return { status, headers, body: { type: 'error', error: { type, message } } };
};
