import { neutralKeyQuota, neutralQuota } from '#providers/neutral-quota.ts';
import type { Provider } from '#providers/provider.ts';

/** What sets one server of the common dialect apart from the next. */
export type Own = Pick<Provider, 'name' | 'baseUrl' | 'keyEnv' | 'baseEnv'> &
  Partial<
    Pick<Provider, 'auth' | 'keyOptional' | 'quirks' | 'operations' | 'hearsDeadline'> &
      Pick<Provider, 'headers' | 'credentials' | 'tradesKey'>
  > & {
    /** Where it puts documents in order, as several of these servers do in the same words. */
    readonly rerankPath?: string;
  };

const COMPLETIONS = { path: '/completions', dialect: 'openai-completions' } as const;

/**
 * A vendor who speaks the common dialect on the common paths, and of whose limits no more is known
 * than that they are there. Who asks for a key counts by it; a server of one's own is one deployment.
 */
export const compatible = ({ rerankPath, operations, ...own }: Own): Provider => ({
  auth: 'bearer',
  quota: own.keyOptional ? neutralQuota : neutralKeyQuota,
  operations: {
    ...(operations ?? {
      chat: { path: '/chat/completions', dialect: 'openai-chat' },
      // A server of one's own runs models that were never taught to hold a chat, too.
      ...(own.keyOptional && { completions: COMPLETIONS }),
      embeddings: { path: '/embeddings', dialect: 'openai-embeddings' },
    }),
    ...(rerankPath !== undefined && { rerank: { path: rerankPath, dialect: 'cohere-rerank' } }),
  },
  ...own,
});
