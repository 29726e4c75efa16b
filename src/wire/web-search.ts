import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { textAt } from '#wire/fields.ts';

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
