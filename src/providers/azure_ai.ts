import anthropic from '#providers/anthropic.ts';
import azure from '#providers/azure.ts';
import { ENTRA_INSTEAD_OF_KEY, ENTRA_SETTINGS, entra } from '#providers/entra.ts';
import type { Place, Provider } from '#providers/provider.ts';

/** Hosts of the vendor's own; a model that has an endpoint to itself has another. */
const isService = (host: string): boolean =>
  /(?:^|\.)(?:services\.ai|openai|cognitiveservices)\.azure\.com$/.test(host);

/**
 * Below the service's own host models share one path and are told apart in the body; everywhere else
 * the path is that of the common dialect. A base URL that goes further than its host is taken at its
 * word.
 */
const at =
  (operation: string) =>
  ({ version = '', base }: Place): string => {
    const { host, pathname } = base;
    const query = `?api-version=${encodeURIComponent(version)}`;
    if (/\/(?:v1|models)$/.test(pathname))
      return pathname.endsWith('/models') ? `${operation}${query}` : operation;
    return isService(host) ? `/models${operation}${query}` : `/v1${operation}`;
  };

/** Models that are asked in their maker's own dialect, below a path of its own. */
const isClaude = ({ model }: Place): boolean => /^claude\b/.test(model);

const messagesAt = ({ base }: Place): string =>
  /\/anthropic(?:\/v1(?:\/messages)?)?$/.test(base.pathname)
    ? '/v1/messages'
    : '/anthropic/v1/messages';

const chatAt = at('/chat/completions');

const rerankAt = ({ base }: Place): string =>
  isService(base.host) ? '/providers/cohere/v2/rerank' : '/v1/rerank';

/** Models of many vendors, behind one. */
export default {
  name: 'azure_ai',
  baseUrl: '',
  auth: (host) => (isService(host) ? { header: 'api-key' } : 'bearer'),
  headers: anthropic.headers,
  hears: anthropic.hears,
  credentials: entra('https://cognitiveservices.azure.com/.default'),
  insteadOfKey: ENTRA_INSTEAD_OF_KEY,
  settings: ENTRA_SETTINGS,
  keyEnv: ['AZURE_AI_API_KEY'],
  baseEnv: ['AZURE_AI_API_BASE'],
  version: { env: ['AZURE_AI_API_VERSION'], common: '2024-05-01-preview' },
  quota: azure.quota,
  operations: {
    chat: {
      path: (place) => (isClaude(place) ? messagesAt(place) : chatAt(place)),
      dialect: (place) => (isClaude(place) ? 'anthropic-messages' : 'openai-chat'),
    },
    embeddings: { path: at('/embeddings'), dialect: 'openai-embeddings' },
    rerank: { path: rerankAt, dialect: 'cohere-rerank' },
  },
} satisfies Provider;
