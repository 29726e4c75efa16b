import { type Json, type JsonObject, isObject, own } from '#core/json.ts';

/** What a chat's extras ask of this dialect, which has words for them in other places. */
export interface Borrowed {
  readonly fields: JsonObject;
  readonly text: JsonObject;
  readonly tools: readonly JsonObject[];
  /** The extras that are in it. */
  readonly taken: readonly string[];
}

type Part = Partial<Omit<Borrowed, 'taken'>>;

const same =
  (name: string, type: 'string' | 'boolean') =>
  (value: Json): Part | undefined =>
    typeof value === type ? { fields: { [name]: value } } : undefined;

/** Undefined where a value is none of those that are known. */
const READERS: Readonly<Record<string, (value: Json) => Part | undefined>> = {
  prompt_cache_key: same('prompt_cache_key', 'string'),
  prompt_cache_retention: same('prompt_cache_retention', 'string'),
  safety_identifier: same('safety_identifier', 'string'),
  store: same('store', 'boolean'),
  verbosity: (value) => (typeof value === 'string' ? { text: { verbosity: value } } : undefined),
  web_search_options: (value) => (isObject(value) ? { tools: [searchOf(value)] } : undefined),
};

const searchOf = (options: JsonObject): JsonObject => {
  const [size, place] = [own(options, 'search_context_size'), own(options, 'user_location')];
  const where = isObject(place) ? own(place, 'approximate') : undefined;
  return {
    type: 'web_search',
    ...(typeof size === 'string' && { search_context_size: size }),
    ...(isObject(where) && { user_location: { type: 'approximate', ...where } }),
  };
};

export const borrowedFrom = (extra: JsonObject): Borrowed => {
  const read = Object.entries(READERS).flatMap(([name, reader]) => {
    const value = own(extra, name);
    const part = value === undefined ? undefined : reader(value);
    return part ? [{ name, part }] : [];
  });
  return {
    fields: Object.assign({}, ...read.map(({ part }) => part.fields)) as JsonObject,
    text: Object.assign({}, ...read.map(({ part }) => part.text)) as JsonObject,
    tools: read.flatMap(({ part }) => part.tools ?? []),
    taken: read.map(({ name }) => name),
  };
};

export const NOTHING: Borrowed = { fields: {}, text: {}, tools: [], taken: [] };
