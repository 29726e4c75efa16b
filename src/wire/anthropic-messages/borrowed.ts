import { type JsonObject, isObject, own } from '#core/json.ts';
import { writeSearch } from '#wire/anthropic-messages/tools.ts';
import type { Readers } from '#wire/borrowed.ts';
import { searchAsked } from '#wire/web-search.ts';

/** A chat's extras. */
export const BORROWED: Readers = {
  web_search_options: (value) => (isObject(value) ? { tools: [searchOf(value)] } : undefined),
};

/** So often it may search, by how much is wanted of the web: LiteLLM's numbers. */
const MOST_USES: JsonObject = { low: 1, medium: 5, high: 10 };

const searchOf = (options: JsonObject): JsonObject => {
  const { size = '', search } = searchAsked(options);
  const most = own(MOST_USES, size);
  return { ...writeSearch(search), ...(most !== undefined && { max_uses: most }) };
};
