import { isObject, type Json, type JsonObject, own } from '#core/json.ts';

/** An event's data as the object it is; undefined for `[DONE]`. */
export const chunkOf = (data: string): JsonObject | undefined => {
  if (!data.startsWith('{')) return undefined;
  const value = JSON.parse(data) as Json;
  return isObject(value) ? value : undefined;
};

export const choicesOf = (chunk: JsonObject): JsonObject[] => {
  const choices = own(chunk, 'choices');
  return Array.isArray(choices) ? choices.filter(isObject) : [];
};
