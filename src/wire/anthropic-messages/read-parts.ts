import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { DIALECT, fieldText, readCache } from '#wire/anthropic-messages/fields.ts';
import type { Part, Source, ToolResultPart } from '#wire/chat-request.ts';
import { bad, bool, optional, rest, text } from '#wire/check.ts';
import { dataOf } from '#wire/data-url.ts';
import { readSealedId } from '#wire/sealed-id.ts';

/** A message's content: a text or blocks. Throws SpillwayError `invalid_request` with its path. */
export const readContent = (content: Json | undefined, param: string): Part[] => {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return bad(param, 'a text or an array of blocks', content);
  return content.map((block, i) =>
    isObject(block) ? readBlock(block, `${param}.${i}`) : bad(`${param}.${i}`, 'an object', block),
  );
};

/** What has a place in the hub; other fields of a block go along as its extras. */
const BLOCK_FIELDS: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  image: ['source'],
  document: ['source', 'title'],
  search_result: ['source', 'title', 'content'],
  thinking: ['thinking', 'signature'],
  redacted_thinking: ['data'],
  tool_use: ['id', 'name', 'input'],
  tool_result: ['tool_use_id', 'content', 'is_error'],
};

const readBlock = (block: JsonObject, param: string): Part => {
  const type = fieldText(block, 'type');
  const fields = Object.hasOwn(BLOCK_FIELDS, type) ? BLOCK_FIELDS[type]! : undefined;
  const part = fields && partOf(type, block, param);
  if (!part) return { kind: 'other', dialect: DIALECT, value: block };
  const cache = readCache(block);
  const extra = { ...part.extra, ...rest(block, new Set(['type', 'cache_control', ...fields])) };
  return {
    ...part,
    ...('source' in part && { at: param }),
    ...(cache && { cache }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const partOf = (type: string, block: JsonObject, param: string): Part | undefined => {
  if (type === 'text') return { kind: 'text', text: demanded(block, 'text', param) };
  if (type === 'image') return withSource('image', block, `${param}.source`);
  if (type === 'document') return documentOf(block, param);
  if (type === 'search_result') return foundOf(block, param);
  if (type === 'thinking') {
    const signature = fieldText(block, 'signature');
    const thought = { kind: 'reasoning', text: fieldText(block, 'thinking') } as const;
    return { ...thought, ...(signature !== '' && { signature }) };
  }
  if (type === 'redacted_thinking')
    return { kind: 'reasoning', text: '', redacted: fieldText(block, 'data') };
  if (type === 'tool_use') return callOf(block, param);
  return resultOf(block, param);
};

const demanded = (block: JsonObject, key: string, param: string): string =>
  text(block, key, `${param}.${key}`) ?? bad(`${param}.${key}`, 'a text', undefined);

const withSource = (kind: 'image' | 'document', block: JsonObject, param: string): Part => {
  const said = own(block, 'source');
  if (!isObject(said)) return bad(param, 'an object', said);
  if (kind === 'document' && own(said, 'type') === 'content')
    return { kind, source: textSource(own(said, 'content'), param), extra: { source: said } };
  const source = sourceOf(said, param);
  return source ? { kind, source } : { kind: 'other', dialect: DIALECT, value: block };
};

/** What content says as a document: those that know no other kind get to read that much. */
const textSource = (content: Json | undefined, param: string): Source => {
  const parts = readContent(content, `${param}.content`);
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  return plainText(texts.join('\n\n'));
};

const plainText = (text: string): Source => ({
  kind: 'data',
  mediaType: 'text/plain',
  data: Buffer.from(text).toString('base64'),
});

/** A find is a document of its texts to everybody else; here it is what it was. */
const foundOf = (block: JsonObject, param: string): Part => {
  const { source = '', title = '', content = [] } = block;
  return {
    kind: 'document',
    source: textSource(content, param),
    name: fieldText(block, 'title') || fieldText(block, 'source'),
    extra: { type: 'search_result', source, title, content },
  };
};

/** Undefined for a source that the hub has no word for. */
const sourceOf = (source: JsonObject, param: string): Source | undefined => {
  const type = own(source, 'type');
  if (type === 'base64')
    return dataOf(demanded(source, 'data', param), demanded(source, 'media_type', param));
  if (type === 'url') return { kind: 'url', url: demanded(source, 'url', param) };
  if (type === 'file') return { kind: 'file', id: demanded(source, 'file_id', param) };
  return type === 'text' ? plainText(demanded(source, 'data', param)) : undefined;
};

const documentOf = (block: JsonObject, param: string): Part => {
  const name = text(block, 'title', `${param}.title`);
  return {
    ...withSource('document', block, `${param}.source`),
    ...(name !== undefined && { name }),
  };
};

const callOf = (block: JsonObject, param: string): Part => ({
  kind: 'tool-call',
  ...readSealedId(demanded(block, 'id', param)),
  name: demanded(block, 'name', param),
  input: inputText(own(block, 'input')),
});

/** The arguments as JSON text; a text is what a model wrote that was no object. */
export const inputText = (input: Json | undefined): string =>
  typeof input === 'string' ? input : JSON.stringify(input ?? {});

const resultOf = (block: JsonObject, param: string): ToolResultPart => {
  const content = optional(block, 'content') ?? [];
  return {
    kind: 'tool-result',
    id: readSealedId(demanded(block, 'tool_use_id', param)).id,
    content: readContent(content, `${param}.content`),
    ...(bool(block, 'is_error', `${param}.is_error`) && { isError: true }),
  };
};
