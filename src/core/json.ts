/** A JSON value. Objects that come from outside are read by own keys only. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a text is JSON as a whole. */
export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Reads an own property: `__proto__` and `constructor` of a client body are data, never behaviour. */
export const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** Writes an own property: a key named `__proto__` becomes data too. */
export const setOwn = (object: JsonObject, key: string, value: Json): void => {
  if (key === '__proto__')
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  else object[key] = value;
};

/** What stands at `path` in a value, by own keys and indexes; undefined where nothing does. */
export const valueAt = (
  value: Json | undefined,
  path: readonly (string | number)[],
): Json | undefined => {
  let at = value;
  for (const part of path) {
    if (Array.isArray(at)) at = typeof part === 'number' ? at[part] : undefined;
    else at = isObject(at) ? own(at, String(part)) : undefined;
  }
  return at;
};
