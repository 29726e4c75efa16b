import type { EmbeddingDialect } from '#wire/embedding.ts';
import { readError, writeError } from '#wire/openai-chat/error.ts';
import { readReply, writeReply } from '#wire/openai-embeddings/reply.ts';
import { NAME, readRequest, touchRequest, writeRequest } from '#wire/openai-embeddings/request.ts';

export const openaiEmbeddings: EmbeddingDialect = {
  name: NAME,
  paramNames: { dimensions: 'dimensions', purpose: 'input_type', user: 'user' },
  touchRequest,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readError,
  writeError,
};
