import { type Json, type JsonObject, isObject } from '#core/json.ts';
import type { ChatMessage, Part } from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';
import { type Calls, readResponse } from '#wire/gemini/calls.ts';
import { field, list, objectsIn, record, textIn, without } from '#wire/gemini/fields.ts';
import { readMedia } from '#wire/gemini/media.ts';
import { NAME } from '#wire/gemini/name.ts';

const ROLES: Readonly<Record<string, ChatMessage['role']>> = {
  user: 'user',
  model: 'assistant',
  // Older clients: the answers of tools.
  function: 'user',
  system: 'system',
};

/** Throws SpillwayError `invalid_request` with the path of what is no content. */
export const readContent = (
  content: JsonObject,
  { param, calls, role }: { param: string; calls: Calls; role?: ChatMessage['role'] },
): ChatMessage => {
  const said = field(content, 'role') ?? 'user';
  const known = typeof said === 'string' && Object.hasOwn(ROLES, said) ? ROLES[said] : undefined;
  const parts = list(content, 'parts', `${param}.parts`) ?? [];
  const extra = without(content, ['role', 'parts']);
  return {
    role: role ?? known ?? bad(`${param}.role`, 'user or model', said),
    parts: parts.map((part, i) => readPart(part, { param: `${param}.parts.${i}`, calls })),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

/** What each kind of part has besides fields that all may have. */
const PART_FIELDS = [
  'text',
  'thought',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
];

const readPart = (part: Json, at: { param: string; calls: Calls }): Part => {
  if (typeof part === 'string') return { kind: 'text', text: part };
  if (!isObject(part)) return bad(at.param, 'an object', part);
  const read = partOf(part, at);
  if (!read) return { kind: 'other', dialect: NAME, value: part };
  const sealed = read.kind === 'tool-call' || read.kind === 'reasoning';
  const extra = {
    ...without(part, sealed ? [...PART_FIELDS, 'thoughtSignature'] : PART_FIELDS),
    ...read.extra,
  };
  return {
    ...read,
    ...('source' in read && { at: at.param }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

/** Undefined for what only this dialect has: code that was run, calls of the vendor's own tools. */
const partOf = (
  part: JsonObject,
  { param, calls }: { param: string; calls: Calls },
): Part | undefined => {
  const text = field(part, 'text');
  const signature = textIn(part, 'thoughtSignature');
  const seal = signature === undefined ? {} : { signature };
  if (typeof text === 'string')
    return field(part, 'thought') === true
      ? { kind: 'reasoning', text, ...seal }
      : { kind: 'text', text };
  const call = record(part, 'functionCall', `${param}.functionCall`);
  if (call) {
    const name = textIn(call, 'name') ?? bad(`${param}.functionCall.name`, 'a text', undefined);
    const id = calls.opened(name, textIn(call, 'id'));
    const args = record(call, 'args', `${param}.functionCall.args`) ?? {};
    return { kind: 'tool-call', id, name, input: JSON.stringify(args), ...seal };
  }
  const result = record(part, 'functionResponse', `${param}.functionResponse`);
  return result ? resultOf(result, { param, calls }) : readMedia(part, param);
};

const resultOf = (result: JsonObject, { param, calls }: { param: string; calls: Calls }): Part => {
  const name = textIn(result, 'name');
  const response = record(result, 'response', `${param}.functionResponse.response`) ?? {};
  const media = objectsIn(result, 'parts').flatMap((part, i) => {
    const at = `${param}.functionResponse.parts.${i}`;
    const read = readMedia(part, at);
    return read ? [{ ...read, at }] : [];
  });
  const { content, ...failed } = readResponse(response);
  return {
    kind: 'tool-result',
    id: calls.answered(name, textIn(result, 'id')),
    ...(name !== undefined && { name }),
    content: [...content, ...media],
    ...failed,
  };
};
