import { readError, writeError } from '#wire/cohere-chat/error.ts';
import { readReply, writeReply } from '#wire/cohere-embeddings/reply.ts';
import { NAME, readRequest, touchRequest, writeRequest } from '#wire/cohere-embeddings/request.ts';
import type { EmbeddingDialect } from '#wire/embedding.ts';

/** Cohere's embeddings, version 2. */
export const cohereEmbeddings: EmbeddingDialect = {
  name: NAME,
  paramNames: { dimensions: 'output_dimension', purpose: 'input_type' },
  mostInputs: () => 96,
  touchRequest,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readError,
  writeError,
};
