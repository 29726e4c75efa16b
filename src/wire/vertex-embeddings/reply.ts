import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { EmbeddingReply } from '#wire/embedding.ts';
import { countIn, objectIn } from '#wire/gemini/fields.ts';

export const readReply = (body: Json): EmbeddingReply => {
  const predictions = isObject(body) ? own(body, 'predictions') : undefined;
  if (!Array.isArray(predictions))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without predictions; try again.',
    );
  const all = predictions.filter(isObject).map((each) => objectIn(each, 'embeddings') ?? {});
  const counts = all.map((each) => countIn(objectIn(each, 'statistics') ?? {}, 'token_count'));
  const counted = counts.filter((each) => each !== undefined);
  const inputTokens = counted.reduce((sum, each) => sum + each, 0);
  const isCounted = counted.length > 0 && counted.length === all.length;
  return {
    model: '',
    vectors: all.map(vectorOf),
    ...(isCounted && { usage: { inputTokens, outputTokens: 0 } }),
  };
};

const vectorOf = (embedding: JsonObject): number[] => {
  const values = own(embedding, 'values');
  return Array.isArray(values) ? values.filter((each) => typeof each === 'number') : [];
};

/** The count of all of them stands with the first. */
export const writeReply = ({ vectors, usage }: EmbeddingReply): JsonObject => ({
  predictions: vectors.map((vector, i) => ({
    embeddings: {
      values: [...vector],
      ...(usage && {
        statistics: { token_count: i === 0 ? usage.inputTokens : 0, truncated: false },
      }),
    },
  })),
});
