import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own, valueAt } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';
import type { EmbeddingReply } from '#wire/embedding.ts';

/** Vectors stand in a list, or, where their form was named, under it. */
export const readReply = (body: Json): EmbeddingReply => {
  const said = isObject(body) ? own(body, 'embeddings') : undefined;
  const vectors = isObject(said) ? own(said, 'float') : said;
  if (!isObject(body) || !Array.isArray(vectors))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without embeddings; try again.',
    );
  const usage = readUsage(body);
  return { model: '', vectors: vectors.map(vectorOf), ...(usage && { usage }) };
};

const vectorOf = (value: Json): number[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'number') : [];

const readUsage = (body: JsonObject): Usage | undefined => {
  const inputTokens = valueAt(body, ['meta', 'billed_units', 'input_tokens']);
  const isCount = typeof inputTokens === 'number' && Number.isSafeInteger(inputTokens);
  return isCount && inputTokens >= 0 ? { inputTokens, outputTokens: 0 } : undefined;
};

export const writeReply = ({ vectors, usage }: EmbeddingReply): JsonObject => ({
  embeddings: { float: vectors.map((vector) => [...vector]) },
  response_type: 'embeddings_by_type',
  ...(usage && { meta: { billed_units: { input_tokens: usage.inputTokens } } }),
});
