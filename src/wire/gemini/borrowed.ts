import { type Json, type JsonObject, isObject, own } from '#core/json.ts';

/** What another dialect's extras ask of Google by names that LiteLLM's clients know. */
export interface Borrowed {
  readonly fields: JsonObject;
  readonly config: JsonObject;
  readonly tools: readonly JsonObject[];
  /** The extras that are in it. */
  readonly taken: readonly string[];
}

const MODALITIES = new Set(['text', 'image', 'audio']);

const modalitiesOf = (value: Json): string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const known = value
    .filter((each) => typeof each === 'string')
    .filter((each) => MODALITIES.has(each));
  return known.length === value.length ? known.map((each) => each.toUpperCase()) : undefined;
};

type Part = Partial<Pick<Borrowed, 'fields' | 'config' | 'tools'>>;

/** Undefined where a value is none of those that are known. */
const READERS: Readonly<Record<string, (value: Json) => Part | undefined>> = {
  safety_settings: (value) =>
    Array.isArray(value) ? { fields: { safetySettings: value } } : undefined,
  cached_content: (value) =>
    typeof value === 'string' ? { fields: { cachedContent: value } } : undefined,
  modalities: (value) => {
    const responseModalities = modalitiesOf(value);
    return responseModalities && { config: { responseModalities } };
  },
  web_search_options: (value) => (isObject(value) ? { tools: [{ googleSearch: {} }] } : undefined),
};

export const borrowedFrom = (extra: JsonObject): Borrowed => {
  const read = Object.entries(READERS).flatMap(([name, reader]) => {
    const value = own(extra, name);
    const part = value === undefined ? undefined : reader(value);
    return part ? [{ name, part }] : [];
  });
  return {
    fields: Object.assign({}, ...read.map(({ part }) => part.fields)) as JsonObject,
    config: Object.assign({}, ...read.map(({ part }) => part.config)) as JsonObject,
    tools: read.flatMap(({ part }) => part.tools ?? []),
    taken: read.map(({ name }) => name),
  };
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
