import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { CacheMark, Part, Source } from '#wire/chat-request.ts';
import { bad, optional, record, rest, text } from '#wire/check.ts';
import { dataOf, sourceOf } from '#wire/data-url.ts';
import { textAt } from '#core/fields.ts';
import { withExtra } from '#wire/openai-responses/fields.ts';
import { NAME } from '#wire/openai-responses/name.ts';

/** What a message says, or a tool: one text, or parts. */
export const readContent = (content: Json | undefined, param: string): Part[] => {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return bad(param, 'a text or an array of parts', content);
  return content.map((part, i) =>
    isObject(part) ? readPart(part, `${param}.${i}`) : bad(`${param}.${i}`, 'an object', part),
  );
};

const TEXTS = new Set(['input_text', 'output_text', 'text']);

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text'],
  refusal: ['type', 'refusal'],
  image: ['type', 'image_url', 'file_id', 'detail'],
  document: ['type', 'file_data', 'file_url', 'file_id', 'filename'],
  audio: ['type', 'input_audio'],
};

const readPart = (part: JsonObject, param: string): Part => {
  const read = partOf(part, param);
  if (!read) return { kind: 'other', dialect: NAME, value: part };
  const cache = cacheOf(part);
  const known = new Set([...(FIELDS[read.kind] ?? []), 'cache_control']);
  const extra = rest(part, known);
  const place = 'source' in read && { at: param };
  return { ...read, ...place, ...(cache && { cache }), ...withExtra(extra) };
};

const partOf = (part: JsonObject, param: string): Part | undefined => {
  const type = textAt(part, 'type');
  if (TEXTS.has(type)) return { kind: 'text', text: text(part, 'text', `${param}.text`) ?? '' };
  if (type === 'refusal') return { kind: 'refusal', text: textAt(part, 'refusal') };
  if (type === 'input_image') return imageOf(part, param);
  if (type === 'input_file') return fileOf(part, param);
  return type === 'input_audio' ? audioOf(part, param) : undefined;
};

const imageOf = (part: JsonObject, param: string): Part => {
  const said = optional(part, 'image_url');
  // Some write the object that chat completions have here.
  const url = isObject(said)
    ? text(said, 'url', `${param}.image_url.url`)
    : text(part, 'image_url', `${param}.image_url`);
  const id = text(part, 'file_id', `${param}.file_id`);
  const detail = text(part, 'detail', `${param}.detail`);
  const source: Source =
    url !== undefined
      ? sourceOf(url)
      : id !== undefined
        ? { kind: 'file', id }
        : bad(`${param}.image_url`, 'a URL or a data URL, or `file_id` an id', undefined);
  return { kind: 'image', source, ...(detail !== undefined && { detail }) };
};

const PDF = 'application/pdf';

const fileOf = (part: JsonObject, param: string): Part => {
  const field = (key: string): string | undefined => text(part, key, `${param}.${key}`);
  const [data, url, id, name] = ['file_data', 'file_url', 'file_id', 'filename'].map(field);
  const source: Source =
    data !== undefined
      ? data.startsWith('data:')
        ? sourceOf(data)
        : dataOf(data, PDF)
      : url !== undefined
        ? sourceOf(url)
        : id !== undefined
          ? { kind: 'file', id }
          : bad(`${param}.file_data`, 'a data URL, or `file_url` or `file_id` given', undefined);
  return { kind: 'document', source, ...(name !== undefined && { name }) };
};

/** Formats whose media type has another name. */
const AUDIO_TYPES: Readonly<Record<string, string>> = { mp3: 'audio/mpeg' };

const audioOf = (part: JsonObject, param: string): Part => {
  const audio = record(part, 'input_audio', `${param}.input_audio`) ?? {};
  const data = text(audio, 'data', `${param}.input_audio.data`);
  if (data === undefined) return bad(`${param}.input_audio.data`, 'base64', undefined);
  const format = textAt(audio, 'format') || 'wav';
  const mediaType = AUDIO_TYPES[format] ?? `audio/${format}`;
  return { kind: 'audio', source: { kind: 'data', mediaType, data } };
};

/** `cache_control`, as LiteLLM's clients put it on parts. */
const cacheOf = (part: JsonObject): CacheMark | undefined => {
  const mark = optional(part, 'cache_control');
  if (!isObject(mark)) return undefined;
  const ttl = own(mark, 'ttl');
  return ttl === '5m' || ttl === '1h' ? { ttl } : {};
};
