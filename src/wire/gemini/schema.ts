import { type Json, type JsonObject, isObject, own, setOwn } from '#core/json.ts';
import { field, without } from '#wire/gemini/fields.ts';

/** Deeper schemas are cut off: nobody writes them, and a cycle would. */
const MOST_DEPTH = 32;

/** What Google's models take of JSON Schema; they ignore some of the rest and refuse some. */
const TAKEN = new Set([
  '$id',
  '$anchor',
  'title',
  'description',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'required',
  'propertyOrdering',
]);

/** The formats that they know. */
const FORMATS = new Set([
  'date-time',
  'date',
  'time',
  'duration',
  'int32',
  'int64',
  'float',
  'double',
]);

/** A JSON Schema, as much of it as Google's models take. The original is left as it is. */
export const cleanSchema = (schema: JsonObject): JsonObject => clean(schema, 0);

const clean = (schema: JsonObject, depth: number): JsonObject => {
  const merged = withAllOf(schema);
  const ref = own(merged, '$ref');
  const named = { ...objectOr(merged, 'definitions'), ...objectOr(merged, '$defs') };
  const definitions = definitionsField(cleanMap(named, depth));
  // Nothing may stand beside a reference but what begins with a dollar.
  if (typeof ref === 'string')
    return { $ref: ref.replace('#/definitions/', '#/$defs/'), ...definitions };
  const cleaned: JsonObject = {};
  for (const [key, value] of Object.entries(merged)) {
    const kept = TAKEN.has(key) ? value : keyword(key, value, depth);
    if (kept !== undefined) setOwn(cleaned, key, kept);
  }
  const constant = own(merged, 'const');
  if (typeof constant === 'string' || typeof constant === 'number') cleaned['enum'] = [constant];
  return { ...cleaned, ...definitions };
};

const keyword = (key: string, value: Json, depth: number): Json | undefined => {
  switch (key) {
    case 'type':
      return typeof value === 'string' || Array.isArray(value) ? value : undefined;
    case 'format':
      return typeof value === 'string' && FORMATS.has(value) ? value : undefined;
    case 'enum':
      return isPlainList(value) ? value : undefined;
    case 'properties':
      return isObject(value) ? cleanMap(value, depth) : undefined;
    case 'items':
      return cleanOne(value, depth);
    case 'additionalProperties':
      return typeof value === 'boolean' ? value : cleanOne(value, depth);
    case 'prefixItems':
    case 'anyOf':
    case 'oneOf':
      return Array.isArray(value)
        ? value.flatMap((each) => cleanOne(each, depth) ?? [])
        : undefined;
    default:
      return undefined;
  }
};

const isPlainList = (value: Json): boolean =>
  Array.isArray(value) &&
  value.every((each) => typeof each === 'string' || typeof each === 'number');

const cleanOne = (value: Json, depth: number): JsonObject | undefined =>
  isObject(value) && depth < MOST_DEPTH ? clean(value, depth + 1) : undefined;

const cleanMap = (schemas: JsonObject, depth: number): JsonObject => {
  const cleaned: JsonObject = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const one = cleanOne(schema, depth);
    if (one) setOwn(cleaned, name, one);
  }
  return cleaned;
};

const objectOr = (schema: JsonObject, key: string): JsonObject => {
  const value = own(schema, key);
  return isObject(value) ? value : {};
};

const definitionsField = (definitions: JsonObject): JsonObject =>
  Object.keys(definitions).length > 0 ? { $defs: definitions } : {};

/** `allOf` with one member says the same as that member, and so some libraries wrap every reference. */
const withAllOf = (schema: JsonObject): JsonObject => {
  const all = own(schema, 'allOf');
  if (!Array.isArray(all)) return schema;
  const { allOf: _, ...rest } = schema;
  return Object.assign({}, ...all.filter(isObject), rest) as JsonObject;
};

/** Whether a tool takes any argument: a schema without one is refused, and says nothing. */
export const hasProperties = (schema: JsonObject | undefined): schema is JsonObject => {
  if (!schema) return false;
  const isPlain = own(schema, 'type') === 'object' || own(schema, 'type') === undefined;
  const properties = own(schema, 'properties');
  const isOpen = ['$ref', 'anyOf', 'oneOf', 'allOf', 'additionalProperties'].some(
    (key) => own(schema, key) !== undefined && own(schema, key) !== false,
  );
  return !isPlain || isOpen || (isObject(properties) && Object.keys(properties).length > 0);
};

/**
 * A schema in Google's older words, a part of OpenAPI's, as JSON Schema: types in lower case, and what may
 * be null says so as a type.
 */
export const fromOpenApi = (schema: JsonObject, depth = 0): JsonObject => {
  const type = field(schema, 'type');
  const nullable = field(schema, 'nullable') === true;
  const plain: JsonObject = {};
  for (const [key, value] of Object.entries(without(schema, ['type', 'nullable'])))
    setOwn(plain, key, depth < MOST_DEPTH ? translated(key, value, depth) : value);
  if (typeof type !== 'string') return plain;
  const lower = type.toLowerCase();
  return { type: nullable ? [lower, 'null'] : lower, ...plain };
};

const translated = (key: string, value: Json, depth: number): Json => {
  if (key === 'properties' && isObject(value)) {
    const properties: JsonObject = {};
    for (const [name, each] of Object.entries(value))
      setOwn(properties, name, isObject(each) ? fromOpenApi(each, depth + 1) : each);
    return properties;
  }
  if (key === 'items' && isObject(value)) return fromOpenApi(value, depth + 1);
  if (Array.isArray(value) && (key === 'anyOf' || key === 'any_of'))
    return value.map((each) => (isObject(each) ? fromOpenApi(each, depth + 1) : each));
  // Counts are texts there: they are 64 bits wide.
  if (/^(?:min|max)/.test(key) && typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    return Number.isFinite(number) ? number : value;
  }
  return value;
};
