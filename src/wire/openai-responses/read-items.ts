import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatMessage, Part } from '#wire/chat-request.ts';
import { bad, optional, rest, text } from '#wire/check.ts';
import { textAt } from '#core/fields.ts';
import { withExtra } from '#wire/openai-responses/fields.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { readContent } from '#wire/openai-responses/read-content.ts';
import { readSeal } from '#wire/openai-responses/seal.ts';
import { readSealedId } from '#wire/sealed-id.ts';

const ROLES: Readonly<Record<string, ChatMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/**
 * Items → messages. What one turn of the model is made of (thoughts, a text, calls) stands in several
 * items and is one message; so are the results of its calls.
 */
export const readItems = (items: readonly Json[], param: string): ChatMessage[] => {
  const messages: ChatMessage[] = [];
  for (const [i, item] of items.entries()) {
    const at = `${param}.${i}`;
    if (!isObject(item)) return bad(at, 'an object', item);
    const read = readItem(item, at);
    const last = messages.at(-1);
    if (last && goesOn(last, read)) messages[messages.length - 1] = joined(last, read);
    else messages.push(read);
  }
  return messages;
};

const goesOn = (last: ChatMessage, next: ChatMessage): boolean => {
  if (last.role !== next.role) return false;
  const kinds = new Set(last.parts.map(({ kind }) => kind));
  const [first] = next.parts;
  if (last.role === 'user')
    return first?.kind === 'tool-result' && [...kinds].every((kind) => kind === 'tool-result');
  if (last.role !== 'assistant') return false;
  if (first?.kind === 'tool-call') return true;
  // Thoughts open a turn; a text follows them.
  const isOpening = last.extra === undefined && [...kinds].every((kind) => kind === 'reasoning');
  return isOpening && kinds.size > 0 && first?.kind !== 'other';
};

const joined = (last: ChatMessage, next: ChatMessage): ChatMessage => ({
  ...last,
  ...next,
  parts: [...last.parts, ...next.parts],
});

const readItem = (item: JsonObject, at: string): ChatMessage => {
  const type = own(item, 'type') ?? 'message';
  if (type === 'message') return messageOf(item, at);
  if (type === 'function_call') return { role: 'assistant', parts: [callOf(item, at)] };
  if (type === 'function_call_output') return { role: 'user', parts: [resultOf(item, at)] };
  if (type === 'reasoning') return { role: 'assistant', parts: [thoughtOf(item)] };
  return { role: 'assistant', parts: [{ kind: 'other', dialect: NAME, value: item }] };
};

const MESSAGE_FIELDS = new Set(['type', 'role', 'content']);

const messageOf = (item: JsonObject, at: string): ChatMessage => {
  const said = text(item, 'role', `${at}.role`) ?? '';
  const role = Object.hasOwn(ROLES, said) ? ROLES[said]! : undefined;
  if (!role) return bad(`${at}.role`, `one of ${Object.keys(ROLES).join(', ')}`, said);
  const extra = {
    ...rest(item, MESSAGE_FIELDS),
    // The newer word for system.
    ...(said === 'developer' && { role: said }),
  };
  return {
    role,
    parts: readContent(own(item, 'content'), `${at}.content`),
    ...withExtra(extra),
  };
};

const CALL_FIELDS = new Set(['type', 'call_id', 'name', 'arguments']);

const callOf = (item: JsonObject, at: string): Part => ({
  kind: 'tool-call',
  ...readSealedId(text(item, 'call_id', `${at}.call_id`) ?? ''),
  name: text(item, 'name', `${at}.name`) ?? '',
  input: text(item, 'arguments', `${at}.arguments`) ?? '',
  ...withExtra(rest(item, CALL_FIELDS)),
});

const RESULT_FIELDS = new Set(['type', 'call_id', 'output']);

const resultOf = (item: JsonObject, at: string): Part => ({
  kind: 'tool-result',
  id: readSealedId(text(item, 'call_id', `${at}.call_id`) ?? '').id,
  content: readContent(own(item, 'output'), `${at}.output`),
  ...withExtra(rest(item, RESULT_FIELDS)),
});

const THOUGHT_FIELDS = new Set(['type', 'id', 'summary', 'encrypted_content']);

/** Its parts have a blank line between them, as people read them. */
export const SUMMARY_GAP = '\n\n';

const thoughtOf = (item: JsonObject): Part => {
  const id = textAt(item, 'id');
  // Where the thoughts themselves are told, the hub carries those; both go back as they came.
  const { summary } = item;
  const both = optional(item, 'content') !== undefined && summary !== undefined;
  return {
    kind: 'reasoning',
    text: thoughtText(item),
    ...readSeal(textAt(item, 'encrypted_content')),
    ...(id !== '' && { id }),
    ...withExtra({ ...rest(item, THOUGHT_FIELDS), ...(both && { summary }) }),
  };
};

/** The thoughts themselves where they are told, else their summary. */
export const thoughtText = (item: JsonObject): string => {
  const texts = (key: string): string[] => {
    const parts = optional(item, key);
    const list = Array.isArray(parts) ? parts.filter(isObject) : [];
    return list.map((part) => textAt(part, 'text')).filter((each) => each !== '');
  };
  const told = texts('content');
  return told.length > 0 ? told.join('') : texts('summary').join(SUMMARY_GAP);
};
