import { type JsonObject, isObject, own } from '#core/json.ts';
import { fieldText } from '#wire/anthropic-messages/fields.ts';
import { rest } from '#wire/check.ts';
import type { Citation } from '#wire/chat-event.ts';

const FIELDS: ReadonlySet<string> = new Set(['url', 'title', 'cited_text', 'document_title']);

/** Places in documents stay as they came: the hub's are places in the answer. */
export const readCitation = (said: JsonObject): Citation => {
  const url = fieldText(said, 'url');
  const title = fieldText(said, 'title') || fieldText(said, 'document_title');
  const text = fieldText(said, 'cited_text');
  return {
    ...(url !== '' && { url }),
    ...(title !== '' && { title }),
    ...(text !== '' && { text }),
    extra: rest(said, FIELDS),
  };
};

/** The kinds there are, and how each calls a title: some cite a document of the prompt. */
const TITLES: Readonly<Record<string, string>> = {
  char_location: 'document_title',
  page_location: 'document_title',
  content_block_location: 'document_title',
  search_result_location: 'title',
  web_search_result_location: 'title',
};

/** Another vendor's is written as a find of a search. */
export const writeCitation = (citation: Citation): JsonObject => {
  const { url, title = null, text = '', extra = {} } = citation;
  const type = fieldText(extra, 'type');
  const titled = Object.hasOwn(TITLES, type) ? TITLES[type]! : undefined;
  const where = {
    cited_text: text,
    [titled ?? 'title']: title,
    ...(url !== undefined && { url }),
  };
  return titled === undefined
    ? { type: 'web_search_result_location', encrypted_index: '', url: '', ...where }
    : { ...where, ...extra };
};

export const citationsOf = (block: JsonObject): JsonObject[] => {
  const list = own(block, 'citations');
  return Array.isArray(list) ? list.filter(isObject) : [];
};
