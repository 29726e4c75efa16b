import { unescaped } from '#core/unescaped.ts';
import { DAY_MS } from '#simulator/limit.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';
import { linearLimits } from '#simulator/short-limits.ts';

/**
 * Bedrock's: the bound of the answer is reserved, and at the end each
 * token of it counts five. Who names no bound reserves the model's own. Nothing tells what is left.
 */
export default {
  name: 'bedrock',
  locate(path) {
    const [, escaped, operation] =
      /^\/model\/([^/]+)\/(converse|converse-stream|invoke)$/.exec(path) ?? [];
    if (escaped === undefined) return undefined;
    const model = unescaped(escaped);
    if (operation !== 'invoke')
      return { path: '/model/converse', model, stream: operation === 'converse-stream' };
    return { path: /\btitan\b/.test(model) ? '/model/titan' : '/model/embed', model };
  },
  models: ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'amazon.titan-embed-text-v2:0'],
  charging: {
    prompt: 'tokens',
    promptRatio: 1,
    output: 'burndown5',
    defaultMax: 64_000,
    combine: 'sum',
    settle: 'refund_unused',
    cachedFree: true,
  },
  imageTokens: 1600,
  embeddingDimensions: () => 1024,
  limits: linearLimits,

  baseHeaders: ({ requestId }) => ({ 'x-amzn-requestid': requestId }),

  limitHeaders: () => ({}),

  refused({ dimension, windowMs }) {
    const counted = dimension === 'requests' ? 'requests' : 'tokens';
    const day = windowMs >= DAY_MS ? ' per day' : '';
    return failure(429, {
      name: 'ThrottlingException',
      message: `Too many ${counted}${day}, please wait before trying again.`,
    });
  },

  unpaid: () =>
    failure(403, {
      name: 'AccessDeniedException',
      message:
        'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
    }),

  tooFast: () =>
    failure(503, {
      name: 'ServiceUnavailableException',
      message: 'Bedrock is unable to process your request. Please raise your traffic gradually.',
    }),

  complain: ({ status, message, code }) =>
    failure(status, {
      message,
      ...(code === 'invalid_signature' && { name: 'InvalidSignatureException' }),
    }),
} satisfies Profile;

const NAMES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

const failure = (
  status: number,
  fields: { readonly message: string; readonly name?: string },
): ErrorAnswer => {
  const byStatus =
    NAMES[status] ?? (status < 500 ? 'ValidationException' : 'InternalServerException');
  const { message, name = byStatus } = fields;
  return { status, headers: { 'x-amzn-errortype': name }, body: { message } };
};
