import { isObject, own, type Json, type JsonObject } from '#core/json.ts';
import type { Random } from '#core/random.ts';

/** Below this level only what a schema requires is made, so that recursive schemas end. */
const OPTIONAL_DEPTH = 3;
const DEEPEST = 12;
const MOST_VALUES = 1000;
const LONGEST_LIST = 20;
const LONGEST_TEXT = 1000;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  time: '12:30:00Z',
  'date-time': '2026-01-31T12:30:00Z',
  duration: 'PT5M',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

/**
 * A value that a JSON Schema accepts. Understands types, properties, items, enum, const, bounds,
 * common formats, allOf, the first of anyOf and oneOf, and local `$ref`; not `pattern` or `if`.
 * Bounds: 12 levels and 1,000 values, beyond which parts are left out.
 */
export const sampleJson = (schema: JsonObject, random: Random): Json =>
  new Sampler(schema, random).value(schema, 'value', 0);

class Sampler {
  readonly #root: JsonObject;
  readonly #random: Random;
  #left = MOST_VALUES;

  constructor(root: JsonObject, random: Random) {
    this.#root = root;
    this.#random = random;
  }

  /** `name` is that of the property, for texts. */
  value(given: Json | undefined, name: string, depth: number): Json {
    const schema = isObject(given) ? this.#resolved(given, depth) : {};
    const exact = own(schema, 'const');
    if (exact !== undefined) return exact;
    const options = own(schema, 'enum');
    if (Array.isArray(options) && options.length > 0) return this.#oneOf(options);
    const type = typeOf(schema);
    this.#left--;
    if (depth > DEEPEST || this.#left < 0) return NOTHING[type] ?? null;
    if (type === 'object') return this.#object(schema, depth);
    if (type === 'array') return this.#array(schema, name, depth);
    if (type === 'integer' || type === 'number') return this.#number(schema);
    if (type === 'string') return textFor(schema, name);
    return type === 'boolean' ? this.#random() < 0.5 : null;
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const properties = own(schema, 'properties');
    const needed = new Set(listAt(schema, 'required'));
    const entries: [string, Json][] = [];
    for (const [key, property] of Object.entries(isObject(properties) ? properties : {})) {
      const wanted = needed.has(key) || (depth < OPTIONAL_DEPTH && this.#left > 0);
      if (wanted) entries.push([key, this.value(property, key, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #array(schema: JsonObject, name: string, depth: number): Json[] {
    const first = own(schema, 'prefixItems');
    const prefix = Array.isArray(first) ? first : [];
    const wanted = depth < OPTIONAL_DEPTH ? 1 : 0;
    const least = Math.max(numberAt(schema, 'minItems') ?? wanted, prefix.length);
    const length = Math.min(least, numberAt(schema, 'maxItems') ?? Infinity, LONGEST_LIST);
    return Array.from({ length: Math.max(0, Math.floor(length)) }, (_, i) =>
      this.value(prefix[i] ?? own(schema, 'items'), name, depth + 1),
    );
  }

  #number(schema: JsonObject): number {
    const above = numberAt(schema, 'exclusiveMinimum');
    const below = numberAt(schema, 'exclusiveMaximum');
    const most = numberAt(schema, 'maximum') ?? (below === undefined ? undefined : below - 1);
    const least =
      numberAt(schema, 'minimum') ?? (above === undefined ? Math.min(1, most ?? 1) : above + 1);
    const step = Math.max(numberAt(schema, 'multipleOf') ?? 1, Number.MIN_VALUE);
    const first = Math.ceil(least / step) * step;
    const steps = Math.min(9, Math.floor(((most ?? Infinity) - first) / step));
    return steps > 0 ? first + Math.floor(this.#random() * (steps + 1)) * step : first;
  }

  #oneOf(options: readonly Json[]): Json {
    return options[Math.floor(this.#random() * options.length)] ?? null;
  }

  /** Follows `$ref` and folds allOf and the first fitting anyOf or oneOf into one schema. */
  #resolved(schema: JsonObject, depth: number): JsonObject {
    const parts = [refOf(schema, this.#root), ...listAt(schema, 'allOf'), choiceOf(schema)];
    const known = parts.filter(isObject);
    if (known.length === 0) return schema;
    if (depth > DEEPEST || this.#left-- < 0) return {};
    return known.reduce((sum, part) => merged(sum, this.#resolved(part, depth + 1)), bare(schema));
  }
}

const NOTHING: Readonly<Record<string, Json>> = {
  object: {},
  array: [],
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
};

const COMBINERS = new Set(['$ref', 'allOf', 'anyOf', 'oneOf']);

const bare = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !COMBINERS.has(key)));

const merged = (a: JsonObject, b: JsonObject): JsonObject => {
  const [left, right] = [own(a, 'properties'), own(b, 'properties')];
  return {
    ...a,
    ...b,
    ...(isObject(left) && isObject(right) && { properties: { ...left, ...right } }),
    required: [...listAt(a, 'required'), ...listAt(b, 'required')],
  };
};

const listAt = (schema: JsonObject, key: string): Json[] => {
  const value = own(schema, key);
  return Array.isArray(value) ? value : [];
};

const choiceOf = (schema: JsonObject): Json | undefined => {
  const options = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')];
  return options.find((option) => isObject(option) && own(option, 'type') !== 'null') ?? options[0];
};

/** `#/$defs/name` within the root; anything else is not looked for. */
const refOf = (schema: JsonObject, root: JsonObject): Json | undefined => {
  const ref = own(schema, '$ref');
  if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
  let found: Json | undefined = root;
  for (const step of ref.split('/').slice(1)) {
    if (!isObject(found)) return undefined;
    found = own(found, step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return found;
};

const typeOf = (schema: JsonObject): string => {
  const type = own(schema, 'type');
  if (typeof type === 'string') return type;
  const first = Array.isArray(type) ? type.find((one) => one !== 'null') : undefined;
  if (typeof first === 'string') return first;
  if (Object.hasOwn(schema, 'properties')) return 'object';
  return Object.hasOwn(schema, 'items') ? 'array' : 'string';
};

const numberAt = (schema: JsonObject, key: string): number | undefined => {
  const value = own(schema, key);
  return typeof value === 'number' ? value : undefined;
};

const textFor = (schema: JsonObject, name: string): string => {
  const format = own(schema, 'format');
  const known = typeof format === 'string' && Object.hasOwn(FORMATS, format);
  const text = (known ? FORMATS[format] : undefined) ?? `sample ${name}`.slice(0, LONGEST_TEXT);
  const least = Math.min(numberAt(schema, 'minLength') ?? 0, LONGEST_TEXT);
  return text
    .padEnd(least, '.')
    .slice(0, Math.max(0, numberAt(schema, 'maxLength') ?? LONGEST_TEXT));
};
