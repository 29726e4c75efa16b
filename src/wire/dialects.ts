import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

/** Every dialect under its name, one line each. */
export const dialects = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-embeddings': openaiEmbeddings,
} as const;

export type DialectName = keyof typeof dialects;
