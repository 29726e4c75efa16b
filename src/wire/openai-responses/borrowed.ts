import { type Json, type JsonObject, isObject } from '#core/json.ts';
import type { Readers } from '#wire/borrowed.ts';
import { type WebSearch, searchAsked } from '#wire/web-search.ts';

const same =
  (name: string, type: 'string' | 'boolean'): Readers[string] =>
  (value: Json) =>
    typeof value === type ? { fields: { [name]: value } } : undefined;

/** A chat's extras; the settings are those of `text`. */
export const BORROWED: Readers = {
  prompt_cache_key: same('prompt_cache_key', 'string'),
  prompt_cache_retention: same('prompt_cache_retention', 'string'),
  safety_identifier: same('safety_identifier', 'string'),
  store: same('store', 'boolean'),
  verbosity: (value) =>
    typeof value === 'string' ? { settings: { verbosity: value } } : undefined,
  web_search_options: (value) => (isObject(value) ? { tools: [searchOf(value)] } : undefined),
};

const searchOf = (options: JsonObject): JsonObject => {
  const { size, search } = searchAsked(options);
  return { ...writeSearch(search), ...(size !== undefined && { search_context_size: size }) };
};

export const writeSearch = ({ place, domains }: WebSearch): JsonObject => ({
  type: 'web_search',
  ...(domains && { filters: { allowed_domains: [...domains] } }),
  ...(place && { user_location: place }),
});
