import type { Dimension, QuotaRefusal } from '#core/quota.ts';
import { DAY_MS } from '#providers/durations.ts';
import type { Provider } from '#providers/provider.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal, type Refused } from '#providers/refusals.ts';
import {
  boundOutput,
  freshInput,
  likelyOutput,
  settled,
  tokens,
} from '#providers/token-charges.ts';
import { errorText } from '#wire/error-object.ts';

/** Of these models an output token takes five of the quota's; of all others, one. */
const BURNS_FIVE = /\bclaude-(?:3-7-|[a-z]+-(?:[4-9]|\d\d)\b)/;

const burndown = (model: string): number => (BURNS_FIVE.test(model) ? 5 : 1);

/** A day's quota says neither when its day ends nor how long to wait: it is tried again each hour. */
const DAY_RETRY_MS = 3_600_000;

const refusal = (refused: Refused): QuotaRefusal | undefined => {
  if (isPaymentDue(refused) || /\bINVALID_PAYMENT_INSTRUMENT\b/.test(refused.message))
    return { class: 'money' };
  const counted = /\btoo many (tokens|requests)\b/i.exec(refused.message)?.[1]?.toLowerCase();
  // A model that is not ready says 429 too.
  if (!isThrottling(refused) && counted === undefined) return undefined;
  const told = limitRefusal(refused, counted as Dimension | undefined);
  return told.windowMs === DAY_MS ? { ...told, class: 'day', retryMs: DAY_RETRY_MS } : told;
};

const isThrottling = ({ reply, error }: Refused): boolean => {
  const header = reply.headers['x-amzn-errortype'];
  const type = typeof header === 'string' ? header : (errorText(error, '__type') ?? '');
  return /\bThrottlingException\b/.test(type);
};

export default {
  name: 'bedrock',
  bareModels: /^(?:(?:us|eu|apac|global)\.)?(?:anthropic|amazon|meta|cohere|ai21|mistral)\.[a-z]/,
  baseUrl: '',
  auth: 'bearer',
  keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
  baseEnv: ['AWS_BEDROCK_RUNTIME_ENDPOINT'],
  quota: {
    scope: 'key',
    // The vendor reserves what may be answered token by token and burns it down when it has been:
    // whichever is more must fit.
    charge: (size, model) => ({
      requests: 1,
      tokens: tokens(
        size.inputTokens + Math.max(boundOutput(size), burndown(model) * likelyOutput(size)),
      ),
    }),
    settle: (charged, usage, model) =>
      settled(charged, usage, (used) => ({
        tokens: tokens(freshInput(used) + burndown(model) * used.outputTokens),
      })),
    // No header speaks of limits.
    read: quotaReader({ limits: [], refusal }),
  },
  operations: {},
} satisfies Provider;
