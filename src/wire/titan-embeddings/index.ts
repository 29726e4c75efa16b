import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { readError, writeError } from '#wire/bedrock-converse/error.ts';
import { bad, count, modelName, rest } from '#wire/check.ts';
import type { EmbeddingDialect, EmbeddingReply, EmbeddingRequest } from '#wire/embedding.ts';

const NAME = 'titan-embeddings';

/** `model` is that of the path. */
const touchRequest = (body: JsonObject): { readonly model: string } => {
  const model = modelName(body);
  const text = own(body, 'inputText');
  return typeof text === 'string' ? { model } : bad('inputText', 'a text', text);
};

const KNOWN = new Set(['model', 'inputText', 'dimensions']);

const readRequest = (body: JsonObject): EmbeddingRequest => {
  const { model } = touchRequest(body);
  const dimensions = count(body, 'dimensions', 1);
  return {
    model,
    inputs: [own(body, 'inputText') as string],
    isSingle: true,
    ...(dimensions !== undefined && { dimensions }),
    base64: false,
    dialect: NAME,
    extra: rest(body, KNOWN),
  };
};

/** The first version of the model knows one length. */
const hasDimensions = (model: string): boolean => !/\btitan-embed-text-v1\b/.test(model);

const writeRequest: EmbeddingDialect['writeRequest'] = (request, { model }) => {
  const { inputs, dimensions, purpose, user, dialect, extra } = request;
  const [text, ...others] = inputs;
  if (others.length > 0)
    return bad('input', 'one text: this model takes one at a time', [...inputs].map(String));
  if (typeof text !== 'string')
    return bad('input', 'a text: this model takes no tokens', text ? [...text] : undefined);
  const takesDimensions = hasDimensions(model);
  const left = [
    ...(dimensions === undefined || takesDimensions ? [] : (['dimensions'] as const)),
    ...(purpose === undefined ? [] : (['purpose'] as const)),
    ...(user === undefined ? [] : (['user'] as const)),
  ];
  const body: JsonObject = {
    ...(dialect === NAME && extra),
    inputText: text,
    ...(dimensions !== undefined && takesDimensions && { dimensions }),
  };
  return { body, left };
};

const readReply = (body: Json): EmbeddingReply => {
  const vector = isObject(body) ? own(body, 'embedding') : undefined;
  if (!isObject(body) || !Array.isArray(vector))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without embeddings; try again.',
    );
  const inputTokens = own(body, 'inputTextTokenCount');
  const isCounted = typeof inputTokens === 'number' && Number.isSafeInteger(inputTokens);
  return {
    model: '',
    vectors: [vector.filter((each) => typeof each === 'number')],
    ...(isCounted && inputTokens >= 0 && { usage: { inputTokens, outputTokens: 0 } }),
  };
};

const writeReply = ({ vectors, usage }: EmbeddingReply): JsonObject => ({
  embedding: [...(vectors[0] ?? [])],
  ...(usage && { inputTextTokenCount: usage.inputTokens }),
});

/** Amazon's own embeddings, one text at a time. */
export const titanEmbeddings: EmbeddingDialect = {
  name: NAME,
  paramNames: { dimensions: 'dimensions' },
  mostInputs: () => 1,
  touchRequest,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readError,
  writeError,
};
