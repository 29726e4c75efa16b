import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';
import type { EmbeddingReply, EmbeddingRequest } from '#wire/embedding.ts';
import { fieldText } from '#wire/openai-chat/parts.ts';
import { readUsage as readTokens } from '#wire/openai-chat/usage.ts';

/** What the vendor counted; undefined when it did not, or not credibly. */
export const readUsage = (body: Json): Usage | undefined =>
  isObject(body) ? readTokens(own(body, 'usage')) : undefined;

export const readReply = (body: Json): EmbeddingReply => {
  const data = isObject(body) ? own(body, 'data') : undefined;
  if (!isObject(body) || !Array.isArray(data))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without embeddings; try again.',
    );
  const usage = readUsage(body);
  const items = data.filter(isObject).map((item, i) => {
    const index = own(item, 'index');
    return { index: typeof index === 'number' ? index : i, vector: vectorOf(item) };
  });
  return {
    model: fieldText(body, 'model'),
    vectors: items.toSorted((a, b) => a.index - b.index).map(({ vector }) => vector),
    ...(usage && { usage }),
  };
};

const FLOAT_BYTES = 4;

const vectorOf = (item: JsonObject): number[] => {
  const said = own(item, 'embedding');
  if (Array.isArray(said)) return said.filter((each) => typeof each === 'number');
  const bytes = Buffer.from(typeof said === 'string' ? said : '', 'base64');
  const size = Math.floor(bytes.length / FLOAT_BYTES);
  return Array.from({ length: size }, (_, i) => bytes.readFloatLE(i * FLOAT_BYTES));
};

const base64Of = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (const [i, each] of vector.entries()) bytes.writeFloatLE(each, i * FLOAT_BYTES);
  return bytes.toString('base64');
};

export const writeReply = (
  { model, vectors, usage }: EmbeddingReply,
  { base64 }: EmbeddingRequest,
): JsonObject => {
  // Clients read it unasked, also where the vendor has not counted.
  const tokens = usage?.inputTokens ?? 0;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: base64 ? base64Of(vector) : [...vector],
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
};
