import { googleQuota } from '#providers/google-quota.ts';
import type { Provider } from '#providers/provider.ts';

export default {
  name: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: { header: 'x-goog-api-key' },
  keyEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  baseEnv: ['GEMINI_API_BASE'],
  quota: googleQuota,
  operations: {},
} satisfies Provider;
