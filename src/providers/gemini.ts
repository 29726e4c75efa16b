import type { JsonObject } from '#core/json.ts';
import { googleQuota } from '#providers/google-quota.ts';
import type { Place, Provider } from '#providers/provider.ts';

const at =
  (operation: (place: Place) => string) =>
  (place: Place): string =>
    `/models/${encodeURIComponent(place.model)}:${operation(place)}`;

/** More than contents is counted within the request that it belongs to. */
const wholeRequest = (body: JsonObject, { model }: Place): JsonObject =>
  Object.keys(body).every((key) => key === 'contents')
    ? body
    : { generateContentRequest: { model: `models/${model}`, ...body } };

export default {
  name: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: { header: 'x-goog-api-key' },
  keyEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  baseEnv: ['GEMINI_API_BASE'],
  quota: googleQuota,
  operations: {
    chat: {
      path: at(({ stream }) => (stream ? 'streamGenerateContent?alt=sse' : 'generateContent')),
      dialect: 'gemini',
    },
    count: { path: at(() => 'countTokens'), dialect: 'gemini', amend: wholeRequest },
    embeddings: { path: at(() => 'batchEmbedContents'), dialect: 'gemini-embeddings' },
  },
} satisfies Provider;
