import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { mediaTypeOf } from '#wire/bedrock-converse/media.ts';
import type { CacheMark, Part, Source } from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';

export const DIALECT = 'bedrock-converse';

/** Blocks → parts. A point up to which the prompt is kept becomes a mark of the part before it. */
export const readParts = (content: Json | undefined, param: string): Part[] => {
  if (!Array.isArray(content)) return bad(param, 'an array of content blocks', content);
  const parts: Part[] = [];
  for (const [i, block] of content.entries()) {
    if (!isObject(block)) return bad(`${param}.${i}`, 'an object', block);
    const cache = cacheMark(block);
    const last = parts.at(-1);
    if (cache && last && !last.cache) parts[parts.length - 1] = { ...last, cache };
    else parts.push(readPart(block));
  }
  return parts;
};

/** A block that is a point of the cache and nothing else. */
export const cacheMark = (block: JsonObject): CacheMark | undefined => {
  const point = own(block, 'cachePoint');
  if (!isObject(point) || own(point, 'type') !== 'default') return undefined;
  const { type: _, ttl, ...more } = point;
  if (Object.keys(block).length > 1 || Object.keys(more).length > 0) return undefined;
  if (ttl === undefined) return {};
  return ttl === '5m' || ttl === '1h' ? { ttl } : undefined;
};

const other = (value: Json): Part => ({ kind: 'other', dialect: DIALECT, value });

/** What cannot be said in the hub's words without loss stays as it is. */
const readPart = (block: JsonObject): Part => {
  const [member, more] = Object.entries(block);
  if (!member || more) return other(block);
  const [name, value] = member;
  if (name === 'text' && typeof value === 'string') return { kind: 'text', text: value };
  if (!isObject(value)) return other(block);
  return READERS[name]?.(value) ?? other(block);
};

const READERS: Readonly<Record<string, ((value: JsonObject) => Part | undefined) | undefined>> = {
  __proto__: undefined,
  image: (value) => media('image', value),
  audio: (value) => media('audio', value),
  document: (value) => media('document', value),
  toolUse: readToolUse,
  toolResult: readToolResult,
  reasoningContent: readReasoning,
};

function media(kind: 'image' | 'audio' | 'document', value: JsonObject): Part | undefined {
  const { format, source, ...more } = value;
  if (!isObject(source) || typeof format !== 'string') return undefined;
  const read = readSource(source, mediaTypeOf(kind, format));
  if (!read) return undefined;
  const { name, ...rest } = more;
  const isNamed = kind === 'document' && typeof name === 'string';
  const extra = isNamed ? rest : more;
  const told = { source: read, ...(Object.keys(extra).length > 0 && { extra }) };
  return isNamed ? { kind: 'document', ...told, name } : { kind, ...told };
}

/** Only bytes: of a place alone nothing tells the format, and that must be written again. */
const readSource = (source: JsonObject, mediaType: string | undefined): Source | undefined => {
  const bytes = own(source, 'bytes');
  if (typeof bytes !== 'string' || mediaType === undefined || Object.keys(source).length > 1)
    return undefined;
  return { kind: 'data', mediaType, data: bytes };
};

function readToolUse(value: JsonObject): Part | undefined {
  const { toolUseId: id, name, input, ...extra } = value;
  if (typeof id !== 'string' || typeof name !== 'string') return undefined;
  return {
    kind: 'tool-call',
    id,
    name,
    input: JSON.stringify(input ?? {}),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function readToolResult(value: JsonObject): Part | undefined {
  const { toolUseId: id, content, status, ...extra } = value;
  if (typeof id !== 'string' || !Array.isArray(content)) return undefined;
  if (status !== undefined && status !== 'success' && status !== 'error') return undefined;
  return {
    kind: 'tool-result',
    id,
    content: content.map((block) => (isObject(block) ? readPart(block) : other(block))),
    ...(status !== undefined && { isError: status === 'error' }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

export function readReasoning(value: JsonObject): Part | undefined {
  const redacted = own(value, 'redactedContent');
  if (typeof redacted === 'string') return { kind: 'reasoning', text: '', redacted };
  const said = own(value, 'reasoningText');
  if (!isObject(said)) return undefined;
  const { text, signature, ...more } = said;
  if (typeof text !== 'string' || Object.keys(more).length > 0) return undefined;
  return { kind: 'reasoning', text, ...(typeof signature === 'string' && { signature }) };
}
