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

/** Kinds that cite a document of the prompt, and call its title otherwise. */
const OF_DOCUMENTS: ReadonlySet<string> = new Set([
  'char_location',
  'page_location',
  'content_block_location',
]);

/** Another vendor's is written as a find of a search. */
export const writeCitation = (citation: Citation): JsonObject => {
  const { url, title = null, text = '', extra = {} } = citation;
  const type = own(extra, 'type');
  const isOfDocument = typeof type === 'string' && OF_DOCUMENTS.has(type);
  const where = {
    cited_text: text,
    [isOfDocument ? 'document_title' : 'title']: title,
    ...(url !== undefined && { url }),
  };
  return typeof type === 'string'
    ? { ...where, ...extra }
    : { type: 'web_search_result_location', encrypted_index: '', url: '', ...where };
};

export const citationsOf = (block: JsonObject): JsonObject[] => {
  const list = own(block, 'citations');
  return Array.isArray(list) ? list.filter(isObject) : [];
};
