import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { textAt } from '#core/fields.ts';

/** A search of the web that a vendor runs, in no vendor's words. */
export interface WebSearch {
  /** Where its user is: `{type: 'approximate', city, country, …}`. */
  readonly place?: JsonObject;
  /** The only sites that it may look at. */
  readonly domains?: readonly Json[];
}

/** With or without the date of its version. */
const SEARCH = /^web_search(?:_preview)?(?:_\d+)*$/;
const GOOGLES = ['googleSearch', 'google_search', 'googleSearchRetrieval'];

/** Undefined for another tool, and for a search with a wish that only its own vendor grants. */
export const webSearchOf = (value: JsonObject): WebSearch | undefined => {
  if (GOOGLES.some((name) => own(value, name) !== undefined)) return {};
  if (!SEARCH.test(textAt(value, 'type')) || own(value, 'blocked_domains')) return undefined;
  const filters = own(value, 'filters');
  const listed = own(isObject(filters) ? filters : value, 'allowed_domains');
  const place = own(value, 'user_location');
  return {
    ...(Array.isArray(listed) && listed.length > 0 && { domains: listed }),
    ...(isObject(place) && { place }),
  };
};

/** A chat's `web_search_options`: how much is wanted of the web, and the search. */
export const searchAsked = (
  options: JsonObject,
): { readonly size?: string; readonly search: WebSearch } => {
  const [size, place] = [own(options, 'search_context_size'), own(options, 'user_location')];
  const where = isObject(place) ? own(place, 'approximate') : undefined;
  return {
    ...(typeof size === 'string' && { size }),
    search: isObject(where) ? { place: { type: 'approximate', ...where } } : {},
  };
};
