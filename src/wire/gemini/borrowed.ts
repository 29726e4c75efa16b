import { type Json, type JsonObject, isObject } from '#core/json.ts';
import type { Readers } from '#wire/borrowed.ts';

const MODALITIES = new Set(['text', 'image', 'audio']);

const modalitiesOf = (value: Json): string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const known = value
    .filter((each) => typeof each === 'string')
    .filter((each) => MODALITIES.has(each));
  return known.length === value.length ? known.map((each) => each.toUpperCase()) : undefined;
};

/** Extras by names that LiteLLM's clients know; the settings are those of `generationConfig`. */
export const BORROWED: Readers = {
  safety_settings: (value) =>
    Array.isArray(value) ? { fields: { safetySettings: value } } : undefined,
  cached_content: (value) =>
    typeof value === 'string' ? { fields: { cachedContent: value } } : undefined,
  modalities: (value) => {
    const responseModalities = modalitiesOf(value);
    return responseModalities && { settings: { responseModalities } };
  },
  web_search_options: (value) => (isObject(value) ? { tools: [{ googleSearch: {} }] } : undefined),
};

/** Tools that Google runs, as its own words have them in any dialect's list. */
const OWN_TOOLS = new Set([
  'googleSearch',
  'googleSearchRetrieval',
  'enterpriseWebSearch',
  'codeExecution',
  'urlContext',
  'googleMaps',
]);

export const isOwnTool = (value: JsonObject): boolean => {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => OWN_TOOLS.has(key));
};
