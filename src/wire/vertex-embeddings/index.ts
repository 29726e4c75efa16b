import type { EmbeddingDialect } from '#wire/embedding.ts';
import { readError, writeError } from '#wire/gemini/error.ts';
import { readReply, writeReply } from '#wire/vertex-embeddings/reply.ts';
import { NAME, readRequest, touchRequest, writeRequest } from '#wire/vertex-embeddings/request.ts';

/** Embeddings as a prediction, Vertex's form for models of every kind. */
export const vertexEmbeddings: EmbeddingDialect = {
  name: NAME,
  paramNames: { dimensions: 'parameters.outputDimensionality', purpose: 'instances.task_type' },
  // Its newest models take one at a time.
  mostInputs: (model) => (model.startsWith('gemini-embedding-') ? 1 : 250),
  touchRequest,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readError,
  writeError,
};
