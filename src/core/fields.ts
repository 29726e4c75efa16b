import { type JsonObject, isObject, own } from '#core/json.ts';

/** A field that holds a text; empty when it holds anything else. */
export const textAt = (object: JsonObject, key: string): string => {
  const value = own(object, key);
  return typeof value === 'string' ? value : '';
};

/** The objects in a field that holds a list; none when it holds anything else. */
export const listAt = (object: JsonObject, key: string): JsonObject[] => {
  const value = own(object, key);
  return Array.isArray(value) ? value.filter(isObject) : [];
};

/** The object in a field; an empty one when it holds anything else. */
export const mapAt = (object: JsonObject, key: string): JsonObject => {
  const value = own(object, key);
  return isObject(value) ? value : {};
};
