import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';

/** Throws SpillwayError `invalid_request`. `param` is the field's path, `expected` completes "must be". */
export const bad = (param: string, expected: string, found: Json | undefined): never => {
  const message = `\`${param}\` must be ${expected}; found ${describe(found)}.`;
  throw new SpillwayError('invalid_request', message, { param });
};

/** Texts are not repeated: they may be long, and they are the caller's own. */
const describe = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
};

/** `null` stands for "not given", as OpenAI reads it. */
export const optional = (body: JsonObject, key: string): Json | undefined =>
  own(body, key) ?? undefined;

/** False when it is not given. */
export const bool = (body: JsonObject, key: string, param = key): boolean => {
  const value = optional(body, key);
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  return bad(param, 'true or false', value);
};

export const count = (body: JsonObject, key: string, least: number): number | undefined => {
  const value = optional(body, key);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  return bad(key, `a whole number of at least ${least}`, value);
};

/** The `model` field, which every operation has. An empty one is nobody's name, but it is a text. */
export const modelName = (body: JsonObject): string => {
  const model = own(body, 'model');
  if (typeof model === 'string') return model;
  return bad('model', 'one of the names that `/v1/models` lists', model);
};

export const number = (body: JsonObject, key: string, param = key): number | undefined => {
  const value = optional(body, key);
  if (value === undefined || typeof value === 'number') return value;
  return bad(param, 'a number', value);
};

export const text = (body: JsonObject, key: string, param = key): string | undefined => {
  const value = optional(body, key);
  if (value === undefined || typeof value === 'string') return value;
  return bad(param, 'a text', value);
};

export const record = (body: JsonObject, key: string, param = key): JsonObject | undefined => {
  const value = optional(body, key);
  if (value === undefined || isObject(value)) return value;
  return bad(param, 'an object', value);
};

export const list = (body: JsonObject, key: string, param = key): Json[] | undefined => {
  const value = optional(body, key);
  if (value === undefined || Array.isArray(value)) return value;
  return bad(param, 'an array', value);
};

/** What of `object` is not among the fields that are `known`. */
export const rest = (object: JsonObject, known: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !known.has(key)));
