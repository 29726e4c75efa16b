import { type JsonObject, isObject, own } from '#core/json.ts';
import { writeSearch } from '#wire/anthropic-messages/tools.ts';

/** How clients of chats ask for a search of the web. */
export const SEARCH_OPTIONS = 'web_search_options';

/** So often it may search, by how much is wanted of the web: LiteLLM's numbers. */
const MOST_USES: Readonly<Record<string, number>> = { low: 1, medium: 5, high: 10 };

/** The same wish as a tool that the vendor runs; undefined where there is none. */
export const borrowedSearch = (extra: JsonObject): JsonObject | undefined => {
  const options = own(extra, SEARCH_OPTIONS);
  if (!isObject(options)) return undefined;
  const [size, place] = [own(options, 'search_context_size'), own(options, 'user_location')];
  const most = typeof size === 'string' ? MOST_USES[size] : undefined;
  const where = isObject(place) ? own(place, 'approximate') : undefined;
  const search = isObject(where) ? { place: { type: 'approximate', ...where } } : {};
  return { ...writeSearch(search), ...(most !== undefined && { max_uses: most }) };
};
