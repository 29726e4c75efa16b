import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { bad } from '#wire/check.ts';

/** Google's servers take each name in either form: `inlineData`, and `inline_data` as in many examples. */
const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The other form of each name that was asked for; names come from this folder alone. */
const others = new Map<string, string>();

const otherForm = (name: string): string => {
  const known = others.get(name);
  if (known !== undefined) return known;
  const other = snake(name);
  others.set(name, other);
  return other;
};

/** A field under either form of its name; null is nothing. */
export const field = (object: JsonObject, name: string): Json | undefined =>
  own(object, name) ?? own(object, otherForm(name)) ?? undefined;

/** What of `object` is under none of these names. */
export const without = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([key]) => !names.some((name) => key === name || key === otherForm(name)),
    ),
  );

/** A field that holds a text; undefined where it is empty, or something else. */
export const textIn = (object: JsonObject, name: string): string | undefined => {
  const value = field(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const objectIn = (object: JsonObject, name: string): JsonObject | undefined => {
  const value = field(object, name);
  return isObject(value) ? value : undefined;
};

export const objectsIn = (object: JsonObject | undefined, name: string): JsonObject[] => {
  const value = object && field(object, name);
  return Array.isArray(value) ? value.filter(isObject) : [];
};

export const countIn = (object: JsonObject, name: string): number | undefined => {
  const value = field(object, name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

/** The fields that have a value. */
export const present = <T extends object>(
  fields: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };

const numeric = (object: JsonObject, name: string, param: string): number | undefined => {
  const value = field(object, name);
  if (value === undefined || typeof value === 'number') return value;
  return bad(param, 'a number', value);
};

/** A field of the generation config that is a number. Throws `invalid_request` where it is none. */
export const setting = (config: JsonObject, name: string): number | undefined =>
  numeric(config, name, `generationConfig.${name}`);

export const record = (object: JsonObject, name: string, param: string): JsonObject | undefined => {
  const value = field(object, name);
  if (value === undefined || isObject(value)) return value;
  return bad(param, 'an object', value);
};

export const list = (object: JsonObject, name: string, param: string): Json[] | undefined => {
  const value = field(object, name);
  if (value === undefined || Array.isArray(value)) return value;
  return bad(param, 'an array', value);
};
