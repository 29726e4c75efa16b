import { type Json, type JsonObject, own } from '#core/json.ts';
import { bad, count, list, modelName, rest, text } from '#wire/check.ts';
import type { EmbeddingDialect, EmbeddingRequest } from '#wire/embedding.ts';

export const NAME = 'cohere-embeddings';

export const touchRequest = (body: JsonObject): { readonly model: string } => {
  const model = modelName(body);
  const texts = list(body, 'texts');
  if (!texts) return bad('texts', 'an array of texts', undefined);
  for (const [i, each] of texts.entries()) textOf(each, `texts.${i}`);
  return { model };
};

const textOf = (value: Json, param: string): string =>
  typeof value === 'string' ? value : bad(param, 'a text', value);

/** The vendor's words for what vectors are for, and those of others. */
const PURPOSES: Readonly<Record<string, string>> = {
  search_query: 'query',
  search_document: 'document',
};

const TYPES: Readonly<Record<string, string>> = {
  query: 'search_query',
  search_query: 'search_query',
  document: 'search_document',
  passage: 'search_document',
  search_document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
  similarity: 'clustering',
};

/** The vendor wants to be told; who says nothing fills an index, as LiteLLM has it. */
const COMMON_TYPE = 'search_document';

/** Vectors as numbers: what other forms there are the hub has no word for. */
const FORM = ['float'];

const KNOWN = new Set(['model', 'texts', 'input_type', 'output_dimension', 'embedding_types']);

export const readRequest = (body: JsonObject): EmbeddingRequest => {
  const { model } = touchRequest(body);
  const texts = list(body, 'texts') ?? [];
  const type = text(body, 'input_type');
  const dimensions = count(body, 'output_dimension', 1);
  const form = own(body, 'embedding_types');
  return {
    model,
    inputs: texts.map((each, i) => textOf(each, `texts.${i}`)),
    isSingle: false,
    ...(dimensions !== undefined && { dimensions }),
    ...(type !== undefined && { purpose: PURPOSES[type] ?? type }),
    base64: false,
    dialect: NAME,
    extra: {
      ...rest(body, KNOWN),
      ...(form !== undefined && JSON.stringify(form) !== '["float"]' && { embedding_types: form }),
    },
  };
};

export const writeRequest: EmbeddingDialect['writeRequest'] = (request, { model }) => {
  const { inputs, dimensions, purpose, user, dialect, extra } = request;
  const isOwn = dialect === NAME;
  const type = purpose === undefined ? COMMON_TYPE : TYPES[purpose];
  const texts = inputs.map((input, i) =>
    typeof input === 'string'
      ? input
      : bad(`input.${i}`, 'a text: this model takes no tokens', [...input]),
  );
  const left = [
    ...(user === undefined ? [] : (['user'] as const)),
    ...(type === undefined && !isOwn ? (['purpose'] as const) : []),
  ];
  const body: JsonObject = {
    embedding_types: FORM,
    ...(isOwn && extra),
    model,
    texts,
    input_type: type ?? (isOwn ? (purpose ?? COMMON_TYPE) : COMMON_TYPE),
    ...(dimensions !== undefined && { output_dimension: dimensions }),
  };
  return { body, left };
};
