import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { parseLooseJson } from '#flow/loose-json.ts';
import { withoutAnyThoughts } from '#flow/nodes/think.ts';

const MOST_FAULTS = 3;
const LONGEST_FAULT = 200;

/**
 * A model's answer as the object that its schema asks for; JSON that is nearly right is mended. Throws
 * SpillwayError `node_failed` with what does not fit, and never with the answer itself.
 */
export const structuredOutput = (text: string, schema: JsonObject): JsonObject => {
  const value = parseLooseJson(withoutAnyThoughts(text));
  if (!isObject(value))
    throw unfit(
      `the model answered ${text === '' ? 'nothing' : 'with something other than JSON'}.`,
    );
  const faults = faultsOf(value, schema);
  if (faults.length > 0) throw unfit(`${faults.join('; ')}.`);
  return value;
};

const unfit = (why: string): SpillwayError =>
  new SpillwayError('node_failed', `Failed to parse structured output: ${why}`);

const faultsOf = (value: JsonObject, schema: JsonObject): string[] => {
  const checked = checkerOf(schema)?.safeParse(value);
  if (!checked || checked.success) return [];
  return checked.error.issues
    .slice(0, MOST_FAULTS)
    .map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`.slice(0, LONGEST_FAULT));
};

/** Schemas come with the app: each is read once. */
const known = new WeakMap<JsonObject, z.ZodType | undefined>();

/** Undefined for a schema that cannot be checked: then the object is taken as it is. */
const checkerOf = (schema: JsonObject): z.ZodType | undefined => {
  if (!known.has(schema)) known.set(schema, read(schema));
  return known.get(schema);
};

const read = (schema: JsonObject): z.ZodType | undefined => {
  try {
    return z.fromJSONSchema(plain(schema, 0) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    return undefined;
  }
};

const DEEPEST = 50;

/** Patterns are left out: one that never ends would stop everybody. */
const plain = (schema: Json, depth: number): Json => {
  if (depth > DEEPEST) throw new Error('The schema nests too deep.');
  if (Array.isArray(schema)) return schema.map((one) => plain(one, depth + 1));
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(
        ([name, value]) =>
          !(name === 'pattern' && typeof value === 'string') &&
          !(name === 'patternProperties' || name === 'format'),
      )
      .map(([name, value]) => [name, plain(value, depth + 1)]),
  );
};
