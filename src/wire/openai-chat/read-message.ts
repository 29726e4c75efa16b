import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { CacheMark, ChatMessage, Part, ToolCallPart } from '#wire/chat-request.ts';
import { bad, list, optional, record, rest, text } from '#wire/check.ts';
import { dataOf, sourceOf } from '#wire/data-url.ts';
import { NAME } from '#wire/openai-chat/name.ts';
import { fieldText, signatureOf } from '#wire/openai-chat/parts.ts';

const ROLES: Readonly<Record<string, ChatMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'user',
  function: 'user',
};

const MESSAGE_FIELDS = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'tool_calls',
  'tool_call_id',
  'cache_control',
  'reasoning_content',
  'reasoning',
  'thinking_blocks',
]);

/** Throws SpillwayError `invalid_request` with the path of what is no message. */
export const readMessage = (message: JsonObject, i: number): ChatMessage => {
  const at = `messages.${i}`;
  const said = own(message, 'role') as string;
  const role = Object.hasOwn(ROLES, said) ? ROLES[said]! : undefined;
  if (!role) return bad(`${at}.role`, `one of ${Object.keys(ROLES).join(', ')}`, said);
  const content = readContent(own(message, 'content'), `${at}.content`);
  const name = text(message, 'name', `${at}.name`);
  const extra = {
    ...rest(message, MESSAGE_FIELDS),
    // The newer word for system.
    ...(said === 'developer' && { role: said }),
  };
  const isResult = said === 'tool' || said === 'function';
  const parts = isResult
    ? [resultOf(message, { content, at, name })]
    : role === 'assistant'
      ? [...thoughtsOf(message), ...content, ...refusalOf(message), ...callsOf(message, at)]
      : content;
  return {
    role,
    parts: marked(parts, cacheOf(message)),
    ...(name !== undefined && !isResult && { name }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const resultOf = (
  message: JsonObject,
  { content, at, name }: { content: readonly Part[]; at: string; name: string | undefined },
): Part => ({
  kind: 'tool-result',
  id: text(message, 'tool_call_id', `${at}.tool_call_id`) ?? '',
  ...(name !== undefined && { name }),
  content,
});

const readContent = (content: Json | undefined, param: string): Part[] => {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return bad(param, 'a text, an array of parts or null', content);
  return content.map((part, i) =>
    isObject(part) ? readPart(part, `${param}.${i}`) : bad(`${param}.${i}`, 'an object', part),
  );
};

const PART_FIELDS = new Set([
  'type',
  'text',
  'image_url',
  'input_audio',
  'file',
  'refusal',
  'cache_control',
]);

const readPart = (part: JsonObject, param: string): Part => {
  const cache = cacheOf(part);
  const extra = rest(part, PART_FIELDS);
  const read = partOf(part, param);
  if (!read) return { kind: 'other', dialect: NAME, value: part };
  return {
    ...read,
    ...('source' in read && { at: param }),
    ...(cache && { cache }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const partOf = (part: JsonObject, param: string): Part | undefined => {
  const type = own(part, 'type');
  if (type === 'text') return { kind: 'text', text: text(part, 'text', `${param}.text`) ?? '' };
  if (type === 'refusal') return { kind: 'refusal', text: fieldText(part, 'refusal') };
  if (type === 'image_url') return imageOf(part, `${param}.image_url`);
  if (type === 'input_audio') return audioOf(part, `${param}.input_audio`);
  return type === 'file' ? fileOf(part, `${param}.file`) : undefined;
};

const imageOf = (part: JsonObject, param: string): Part => {
  const said = own(part, 'image_url');
  // Some write the URL where its object belongs.
  const image = typeof said === 'string' ? { url: said } : record(part, 'image_url', param);
  const url = image && text(image, 'url', `${param}.url`);
  if (url === undefined) return bad(`${param}.url`, 'a URL or a data URL', undefined);
  const detail = text(image!, 'detail', `${param}.detail`);
  return { kind: 'image', source: sourceOf(url), ...(detail !== undefined && { detail }) };
};

/** Formats whose media type has another name. */
const AUDIO_TYPES: Readonly<Record<string, string>> = { mp3: 'audio/mpeg' };

const audioOf = (part: JsonObject, param: string): Part => {
  const audio = record(part, 'input_audio', param) ?? {};
  const data = text(audio, 'data', `${param}.data`);
  if (data === undefined) return bad(`${param}.data`, 'base64', undefined);
  const format = text(audio, 'format', `${param}.format`) ?? 'wav';
  const mediaType = AUDIO_TYPES[format] ?? `audio/${format}`;
  return { kind: 'audio', source: { kind: 'data', mediaType, data } };
};

const fileOf = (part: JsonObject, param: string): Part => {
  const file = record(part, 'file', param) ?? {};
  const name = text(file, 'filename', `${param}.filename`);
  const id = text(file, 'file_id', `${param}.file_id`);
  const data = text(file, 'file_data', `${param}.file_data`);
  const named = name === undefined ? {} : { name };
  if (data !== undefined) {
    const source = /^(?:data:|https?:)/.test(data) ? sourceOf(data) : dataOf(data, PDF);
    return { kind: 'document', source, ...named };
  }
  if (id === undefined)
    return bad(`${param}.file_data`, 'a data URL, or `file_id` an id', undefined);
  // LiteLLM's clients name a place here, too.
  const source = /^https?:/.test(id) ? sourceOf(id) : ({ kind: 'file', id } as const);
  return { kind: 'document', source, ...named };
};

const PDF = 'application/pdf';

const refusalOf = (message: JsonObject): Part[] => {
  const refusal = fieldText(message, 'refusal');
  return refusal === '' ? [] : [{ kind: 'refusal', text: refusal }];
};

/** LiteLLM's `thinking_blocks` carry the seals, and say the same as the text beside them. */
const thoughtsOf = (message: JsonObject): Part[] => {
  const blocks = own(message, 'thinking_blocks');
  const sealed = Array.isArray(blocks) ? blocks.filter(isObject).flatMap(thoughtOf) : [];
  if (sealed.length > 0) return sealed;
  const said = fieldText(message, 'reasoning_content') || fieldText(message, 'reasoning');
  return said === '' ? [] : [{ kind: 'reasoning', text: said }];
};

const thoughtOf = (block: JsonObject): Part[] => {
  const redacted = fieldText(block, 'data');
  if (own(block, 'type') === 'redacted_thinking')
    return [{ kind: 'reasoning', text: '', redacted }];
  const signature = fieldText(block, 'signature');
  const thought = { kind: 'reasoning', text: fieldText(block, 'thinking') } as const;
  return [{ ...thought, ...(signature !== '' && { signature }) }];
};

const callsOf = (message: JsonObject, at: string): Part[] => {
  const param = `${at}.tool_calls`;
  const calls = list(message, 'tool_calls', param) ?? [];
  return calls.map((call, i) => {
    if (!isObject(call)) return bad(`${param}.${i}`, 'an object', call);
    return callOf(call, `${param}.${i}`) ?? { kind: 'other', dialect: NAME, value: call };
  });
};

const callOf = (call: JsonObject, param: string): ToolCallPart | undefined => {
  const fn = own(call, 'function');
  if (!isObject(fn)) return undefined;
  const signature = signatureOf(call);
  return {
    kind: 'tool-call',
    id: text(call, 'id', `${param}.id`) ?? '',
    name: text(fn, 'name', `${param}.function.name`) ?? '',
    input: text(fn, 'arguments', `${param}.function.arguments`) ?? '',
    ...(signature !== undefined && { signature }),
  };
};

/** `cache_control`, as LiteLLM's clients put it on parts, messages and tools. */
export const cacheOf = (object: JsonObject): CacheMark | undefined => {
  const mark = optional(object, 'cache_control');
  if (!isObject(mark)) return undefined;
  const ttl = own(mark, 'ttl');
  return ttl === '5m' || ttl === '1h' ? { ttl } : {};
};

/** A mark on a whole message means its end. */
const marked = (parts: readonly Part[], cache: CacheMark | undefined): readonly Part[] => {
  const last = parts.at(-1);
  return cache && last ? [...parts.slice(0, -1), { cache, ...last }] : parts;
};
