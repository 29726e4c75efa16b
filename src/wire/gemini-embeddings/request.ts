import { type Json, type JsonObject, isObject } from '#core/json.ts';
import { bad, modelName } from '#wire/check.ts';
import type { EmbeddingDialect, EmbeddingRequest } from '#wire/embedding.ts';
import { purposeOf, taskOf } from '#wire/gemini-embeddings/purpose.ts';
import { countIn, field, list, objectsIn, record, textIn, without } from '#wire/gemini/fields.ts';

export const NAME = 'gemini-embeddings';

/** `model` is that of the path. One content, or a list of requests. */
export const touchRequest = (body: JsonObject): { readonly model: string } => {
  const model = modelName(body);
  const requests = list(body, 'requests', 'requests');
  if (requests)
    for (const [i, each] of requests.entries()) textOf(each, `requests.${i}.content`, 'content');
  else textOf(body, 'content', 'content');
  return { model };
};

/** The words of one content; of several texts all, one after another. */
const textOf = (request: Json, param: string, name: string): string => {
  if (!isObject(request)) return bad(param, 'an object', request);
  const content = record(request, name, param);
  if (!content) return bad(param, 'a content with parts', undefined);
  const parts = objectsIn(content, 'parts');
  const other = parts.findIndex((part) => typeof field(part, 'text') !== 'string');
  if (other >= 0) return bad(`${param}.parts.${other}`, 'a text', parts[other]);
  return parts.map((part) => field(part, 'text') as string).join('');
};

const KNOWN = ['model', 'content', 'requests', 'taskType', 'outputDimensionality'];

export const readRequest = (body: JsonObject): EmbeddingRequest => {
  const { model } = touchRequest(body);
  const requests = list(body, 'requests', 'requests')?.filter(isObject);
  // All of them are for the same: the first one says what.
  const said = requests ? (requests[0] ?? {}) : body;
  const dimensions = countIn(said, 'outputDimensionality');
  const task = textIn(said, 'taskType');
  return {
    model,
    inputs: (requests ?? [body]).map((each, i) => textOf(each, `requests.${i}.content`, 'content')),
    isSingle: !requests,
    ...(dimensions !== undefined && dimensions > 0 && { dimensions }),
    ...(task !== undefined && { purpose: purposeOf(task) }),
    base64: false,
    dialect: NAME,
    extra: without(said, KNOWN),
  };
};

/** Always as a list: one address serves both. */
export const writeRequest: EmbeddingDialect['writeRequest'] = (request, { model }) => {
  const { inputs, dimensions, purpose, user, dialect, extra } = request;
  const taskType = purpose === undefined ? undefined : taskOf(purpose);
  const more: JsonObject = {
    ...(dialect === NAME && extra),
    ...(taskType !== undefined && { taskType }),
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
  };
  const requests = inputs.map((input, i) => {
    if (typeof input !== 'string')
      return bad(`input.${i}`, 'a text: this model takes no tokens', [...input]);
    return { ...more, model: `models/${model}`, content: { parts: [{ text: input }] } };
  });
  const left = [
    ...(user === undefined ? [] : (['user'] as const)),
    ...(purpose !== undefined && taskType === undefined ? (['purpose'] as const) : []),
  ];
  return { body: { requests }, left };
};
