import type { Provider, Place } from '#providers/provider.ts';
import { MINUTE_MS } from '#providers/durations.ts';
import { standardLimits } from '#providers/limit-headers.ts';
import { ENTRA_INSTEAD_OF_KEY, ENTRA_SETTINGS, entra } from '#providers/entra.ts';
import { reasoningQuirks } from '#providers/reasoning-quirks.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal } from '#providers/refusals.ts';
import { boundOutput, tokens } from '#providers/token-charges.ts';
import type { DialectName } from '#wire/dialects.ts';

/** Versions of the API that is the same for all deployments: these are told apart by the model in the body. */
const UNIFORM = new Map([
  ['v1', ''],
  ['latest', ''],
  ['preview', '?api-version=preview'],
]);

export const at =
  (operation: string) =>
  ({ model, version = '', base }: Place): string => {
    const query = UNIFORM.get(version);
    // The base URL may be the one that the vendor's own page shows for that API.
    if (base.pathname.endsWith('/openai/v1')) return `${operation}${query ?? ''}`;
    if (query !== undefined) return `/openai/v1${operation}${query}`;
    // A prefix for LiteLLM, which tells kinds of models apart by it, and no part of the name.
    const deployment = model.replace(/^(?:o_series|gpt5_series)\//, '');
    const name = encodeURIComponent(deployment);
    return `/openai/deployments/${name}${operation}?api-version=${encodeURIComponent(version)}`;
  };

/** Whether it is reached by the API that is the same for all deployments. */
const isUniform = ({ version = '', base }: Place): boolean =>
  UNIFORM.has(version) || base.pathname.endsWith('/openai/v1');

/** The first dated version with responses. */
const FIRST_WITH_RESPONSES = '2025-03-01';

/** Older versions have no such place: who asks for a response is asked for a chat there. */
const responsesDialect = (place: Place): DialectName =>
  isUniform(place) || (place.version ?? '') >= FIRST_WITH_RESPONSES
    ? 'openai-responses'
    : 'openai-chat';

/** All deployments have theirs at one place, and are told apart by the model in the body. */
const responsesPath = (place: Place): string =>
  isUniform(place)
    ? at('/responses')(place)
    : `/openai/responses?api-version=${encodeURIComponent(place.version ?? '')}`;

export default {
  name: 'azure',
  baseUrl: '',
  auth: { header: 'api-key' },
  credentials: entra('https://cognitiveservices.azure.com/.default'),
  insteadOfKey: ENTRA_INSTEAD_OF_KEY,
  settings: ENTRA_SETTINGS,
  keyEnv: ['AZURE_API_KEY'],
  baseEnv: ['AZURE_API_BASE'],
  // LiteLLM's users tell such deployments by a prefix where their names do not.
  quirks: reasoningQuirks(/^(?:o_series\/|gpt5_series\/|o\d|gpt-5(?!.*chat))/),
  version: { env: ['AZURE_API_VERSION'], common: '2025-02-01-preview' },
  quota: {
    scope: 'deployment',
    charge: (size) => ({ requests: 1, tokens: tokens(size.inputTokens + boundOutput(size)) }),
    // What was reserved and not answered is not given back.
    settle: (charged) => charged,
    read: quotaReader({
      limits: standardLimits({ requests: MINUTE_MS, tokens: MINUTE_MS }),
      refusal(refused) {
        if (isPaymentDue(refused)) return { class: 'money' };
        // More than the deployment has, by the bounds that the caller set.
        if (/\btoken budget\b/i.test(refused.message))
          return { class: 'size', dimension: 'tokens' };
        // Machines are short, whatever is left of the quota.
        const isShort = /\b(?:high demand|peak load)\b/i.test(refused.message);
        return refused.reply.status === 429 && !isShort ? limitRefusal(refused) : undefined;
      },
    }),
  },
  operations: {
    chat: { path: at('/chat/completions'), dialect: 'openai-chat' },
    responses: { path: responsesPath, dialect: responsesDialect },
    embeddings: { path: at('/embeddings'), dialect: 'openai-embeddings' },
  },
} satisfies Provider;
