import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject } from '#core/json.ts';
import type { EmbeddingReply, EmbeddingRequest } from '#wire/embedding.ts';
import { field, objectIn, objectsIn } from '#wire/gemini/fields.ts';
import { readUsage } from '#wire/gemini/usage.ts';

/** One under `embedding`, several under `embeddings`. The vendor does not repeat the model. */
export const readReply = (body: Json): EmbeddingReply => {
  const said = isObject(body) ? body : {};
  const single = objectIn(said, 'embedding');
  const several = Array.isArray(field(said, 'embeddings')) ? objectsIn(said, 'embeddings') : [];
  const all = single ? [single] : several;
  if (all.length === 0 && !Array.isArray(field(said, 'embeddings')))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without embeddings; try again.',
    );
  const usage = readUsage(field(said, 'usageMetadata'));
  return { model: '', vectors: all.map(vectorOf), ...(usage && { usage }) };
};

const vectorOf = (embedding: JsonObject): number[] => {
  const values = field(embedding, 'values');
  return Array.isArray(values) ? values.filter((each) => typeof each === 'number') : [];
};

export const writeReply = (
  { vectors, usage }: EmbeddingReply,
  { isSingle }: EmbeddingRequest,
): JsonObject => {
  const all = vectors.map((vector) => ({ values: [...vector] }));
  const count = usage?.inputTokens;
  return {
    ...(isSingle ? { embedding: all[0] ?? { values: [] } } : { embeddings: all }),
    ...(count !== undefined && {
      usageMetadata: { promptTokenCount: count, totalTokenCount: count },
    }),
  };
};
