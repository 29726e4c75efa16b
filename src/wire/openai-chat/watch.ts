import { type JsonObject, isObject, own } from '#core/json.ts';
import type { Passing } from '#wire/dialect.ts';
import { readStreamError } from '#wire/openai-chat/error.ts';
import { fieldText } from '#wire/openai-chat/parts.ts';
import { readUsage } from '#wire/openai-chat/reply.ts';
import { parseChunk } from '#wire/openai-chat/stream.ts';

const CONTENT: Passing = { kind: 'content', finished: false };
const DONE: Passing = { kind: 'done', finished: false };

const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const LETTER_N = 110;
const DONE_BYTES = Buffer.from('[DONE]');
const TELLING = ['"usage"', '"error"', '"finish_reason"'].map((key) => Buffer.from(key));

/**
 * Looks at bytes as long as they cannot matter. A quoted key inside a text is always escaped there
 * (`\"usage\"`), so a chunk without these keys, or with `null` behind each, says nothing but content.
 * Decoding each token would cost a third more.
 */
export const watch = (data: Buffer, begun: boolean): Passing => {
  if (data[0] !== BRACE_OPEN && data.equals(DONE_BYTES)) return DONE;
  const whole = data[0] === BRACE_OPEN && data[data.length - 1] === BRACE_CLOSE;
  if (!begun || !whole || TELLING.some((key) => tells(data, key))) return decode(data, begun);
  return CONTENT;
};

/** Whether `key` stands anywhere before something else than a colon and `null`. */
const tells = (data: Buffer, key: Buffer): boolean => {
  for (let at = data.indexOf(key); at >= 0; at = data.indexOf(key, at + 1)) {
    let next = at + key.length;
    while (isGap(data[next])) next++;
    if (data[next] !== LETTER_N) return true;
  }
  return false;
};

const isGap = (byte: number | undefined): boolean =>
  byte === 58 || byte === 32 || byte === 9 || byte === 10 || byte === 13;

const decode = (data: Buffer, begun: boolean): Passing => {
  const chunk = parseChunk(data.toString('utf8'));
  const error = own(chunk, 'error');
  if (error) return { kind: 'error', finished: false, error: readStreamError(error) };
  const choices = own(chunk, 'choices');
  const list = Array.isArray(choices) ? choices.filter(isObject) : [];
  const told = own(chunk, 'usage');
  const usage = readUsage(told);
  const finished = list.some((choice) => fieldText(choice, 'finish_reason') !== '');
  const content = begun || finished || list.some(speaks);
  const kind = list.length === 0 && isObject(told) ? 'usage' : content ? 'content' : 'opening';
  return { kind, finished, ...(usage && { usage }) };
};

/** Whether a choice carries more than its opening: a role and empty fields say nothing yet. */
const speaks = (choice: JsonObject): boolean => {
  const delta = own(choice, 'delta');
  return isObject(delta) && Object.keys(delta).some((key) => key !== 'role' && filled(delta, key));
};

const filled = (delta: JsonObject, key: string): boolean => {
  const value = delta[key];
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
};
