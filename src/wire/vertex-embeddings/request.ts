import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { bad, list, modelName, record, rest } from '#wire/check.ts';
import type { EmbeddingDialect, EmbeddingRequest } from '#wire/embedding.ts';
import { countIn, textIn } from '#wire/gemini/fields.ts';
import { purposeOf, taskOf } from '#wire/gemini-embeddings/purpose.ts';

export const NAME = 'vertex-embeddings';

/** `model` is that of the path. */
export const touchRequest = (body: JsonObject): { readonly model: string } => {
  const model = modelName(body);
  const instances = list(body, 'instances');
  if (!instances) return bad('instances', 'an array', undefined);
  for (const [i, each] of instances.entries()) textOf(each, `instances.${i}`);
  return { model };
};

const textOf = (instance: Json, param: string): string => {
  const content = isObject(instance) ? own(instance, 'content') : instance;
  return typeof content === 'string' ? content : bad(`${param}.content`, 'a text', content);
};

const KNOWN = new Set(['content', 'task_type']);
const PARAMETERS_KNOWN = new Set(['outputDimensionality']);

export const readRequest = (body: JsonObject): EmbeddingRequest => {
  const { model } = touchRequest(body);
  const instances = (list(body, 'instances') ?? []).filter(isObject);
  const parameters = record(body, 'parameters') ?? {};
  // All of them are for the same: the first one says what.
  const [first = {}] = instances;
  const task = textIn(first, 'task_type');
  const dimensions = countIn(parameters, 'outputDimensionality');
  const more = rest(parameters, PARAMETERS_KNOWN);
  return {
    model,
    inputs: instances.map((each, i) => textOf(each, `instances.${i}`)),
    isSingle: false,
    ...(dimensions !== undefined && dimensions > 0 && { dimensions }),
    ...(task !== undefined && { purpose: purposeOf(task) }),
    base64: false,
    dialect: NAME,
    extra: {
      ...rest(first, KNOWN),
      ...(Object.keys(more).length > 0 && { parameters: more }),
    },
  };
};

export const writeRequest: EmbeddingDialect['writeRequest'] = (request) => {
  const { inputs, dimensions, purpose, user, dialect } = request;
  const { parameters: said, ...more } = dialect === NAME ? request.extra : {};
  const task = purpose === undefined ? undefined : taskOf(purpose);
  const parameters: JsonObject = {
    ...(isObject(said) && said),
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
  };
  const instances = inputs.map((content, i) => {
    if (typeof content !== 'string')
      return bad(`input.${i}`, 'a text: this model takes no tokens', [...content]);
    return { ...more, content, ...(task !== undefined && { task_type: task }) };
  });
  const left = [
    ...(user === undefined ? [] : (['user'] as const)),
    ...(purpose !== undefined && task === undefined ? (['purpose'] as const) : []),
  ];
  return {
    body: { instances, ...(Object.keys(parameters).length > 0 && { parameters }) },
    left,
  };
};
