import { type Json, type JsonObject, isObject, own } from '#core/json.ts';

/** What an error body says of the error; undefined where it is no JSON, or no object. */
export const parseErrorObject = (body: string): JsonObject | undefined => {
  try {
    return errorObject(JSON.parse(body) as Json);
  } catch {
    return undefined;
  }
};

/** All of these are seen in the wild: an object or a text under `error`, bare fields, one in an array. */
export const errorObject = (body: Json): JsonObject | undefined => {
  const said = Array.isArray(body) ? body[0] : body;
  if (!isObject(said)) return undefined;
  const error = own(said, 'error');
  if (isObject(error)) return error;
  return typeof error === 'string' ? { message: error } : said;
};

/** A field as text, a number too; undefined where it is absent, empty or something else. */
export const errorText = (object: JsonObject | undefined, key: string): string | undefined => {
  const value = object && own(object, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Servers in Python say it under `detail`: as a text, or as a list of faults with their places. */
export const errorDetail = (error: JsonObject | undefined): string | undefined => {
  const said = error && own(error, 'detail');
  const fault = Array.isArray(said) ? said[0] : undefined;
  if (!isObject(fault)) return errorText(error, 'detail');
  const message = errorText(fault, 'msg');
  const place = own(fault, 'loc');
  const steps = Array.isArray(place) ? place.filter((step) => typeof step !== 'object') : [];
  return message !== undefined && steps.length > 0 ? `${steps.join('.')}: ${message}` : message;
};
