import { openaiChat } from '#wire/openai-chat/index.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

/** Every dialect under its name, one line each. */
export const dialects = {
  'openai-chat': openaiChat,
  'openai-embeddings': openaiEmbeddings,
} as const;

export type DialectName = keyof typeof dialects;
