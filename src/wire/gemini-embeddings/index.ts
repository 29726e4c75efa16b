import type { EmbeddingDialect } from '#wire/embedding.ts';
import { readError, writeError } from '#wire/gemini/error.ts';
import { readReply, writeReply } from '#wire/gemini-embeddings/reply.ts';
import { NAME, readRequest, touchRequest, writeRequest } from '#wire/gemini-embeddings/request.ts';

export const geminiEmbeddings: EmbeddingDialect = {
  name: NAME,
  paramNames: { dimensions: 'outputDimensionality', purpose: 'taskType' },
  mostInputs: () => 100,
  touchRequest,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readError,
  writeError,
};
