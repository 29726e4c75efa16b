import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import { bedrockConverse } from '#wire/bedrock-converse/index.ts';
import { cohereChat } from '#wire/cohere-chat/index.ts';
import { cohereEmbeddings } from '#wire/cohere-embeddings/index.ts';
import { cohereRerank } from '#wire/cohere-rerank/index.ts';
import type { EmbeddingDialect } from '#wire/embedding.ts';
import { gemini } from '#wire/gemini/index.ts';
import { geminiEmbeddings } from '#wire/gemini-embeddings/index.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { openaiCompletions } from '#wire/openai-completions/index.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';
import { titanEmbeddings } from '#wire/titan-embeddings/index.ts';
import { vertexEmbeddings } from '#wire/vertex-embeddings/index.ts';

/** Every dialect under its name, one line each. */
export const dialects = {
  'anthropic-messages': anthropicMessages,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
  'cohere-embeddings': cohereEmbeddings,
  'cohere-rerank': cohereRerank,
  gemini,
  'gemini-embeddings': geminiEmbeddings,
  'openai-chat': openaiChat,
  'openai-completions': openaiCompletions,
  'openai-embeddings': openaiEmbeddings,
  'openai-responses': openaiResponses,
  'titan-embeddings': titanEmbeddings,
  'vertex-embeddings': vertexEmbeddings,
} as const;

export type DialectName = keyof typeof dialects;

/** The dialect of this name, where it is one of conversations. */
export const chatDialect = (name: DialectName): ChatDialect | undefined => {
  const dialect = dialects[name];
  return 'streamReader' in dialect ? dialect : undefined;
};

/** The dialect of this name, where it is one of embeddings. */
export const embeddingDialect = (name: DialectName): EmbeddingDialect | undefined => {
  const dialect = dialects[name];
  return 'writeReply' in dialect && !('streamReader' in dialect) ? dialect : undefined;
};
