import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Passing } from '#wire/dialect.ts';
import { readStreamError } from '#wire/openai-chat/error.ts';
import { readUsage } from '#wire/openai-chat/reply.ts';
import { parseChunk } from '#wire/openai-chat/stream.ts';

const CONTENT: Passing = { kind: 'content', finished: false };
const FINISHED: Passing = { kind: 'content', finished: true };
const OPENING: Passing = { kind: 'opening', finished: false };
const DONE: Passing = { kind: 'done', finished: false };

const QUOTE = 34;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const DONE_BYTES = Buffer.from('[DONE]');
const USAGE = Buffer.from('"usage"');
const ERROR = Buffer.from('"error"');
const FINISH = Buffer.from('"finish_reason"');

/**
 * Looks at bytes as long as they cannot matter: a quoted key inside a text is always escaped there
 * (`\"usage\"`), so a key that is found unescaped is a key. Decoding each token would cost a third more.
 */
export const watch = (data: Buffer, begun: boolean): Passing => {
  if (data[0] !== BRACE_OPEN && data.equals(DONE_BYTES)) return DONE;
  const whole = data[0] === BRACE_OPEN && data[data.length - 1] === BRACE_CLOSE;
  if (!begun || !whole || tells(data, USAGE, BRACE_OPEN) || data.includes(ERROR))
    return decode(data, begun);
  return tells(data, FINISH, QUOTE) ? FINISHED : CONTENT;
};

/** Whether `key` is there with a value that begins with `opens`: `"usage":null` says nothing. */
const tells = (data: Buffer, key: Buffer, opens: number): boolean => {
  const at = data.indexOf(key);
  if (at < 0) return false;
  let i = at + key.length;
  while (data[i] === 58 || data[i] === 32) i++;
  return data[i] === opens;
};

const decode = (data: Buffer, begun: boolean): Passing => {
  const chunk = parseChunk(data.toString('utf8'));
  const error = own(chunk, 'error');
  if (error) return { kind: 'error', finished: false, error: readStreamError(error) };
  const choices = own(chunk, 'choices');
  const list = Array.isArray(choices) ? choices : [];
  const finished = list.some((choice) => isObject(choice) && choice['finish_reason'] != null);
  const usage = readUsage(own(chunk, 'usage'));
  if (usage) return { kind: list.length === 0 ? 'usage' : 'content', finished, usage };
  if (finished) return FINISHED;
  return begun || list.some(speaks) ? CONTENT : OPENING;
};

/** Whether a choice carries more than its opening: a role and empty fields say nothing yet. */
const speaks = (choice: Json): boolean => {
  const delta = isObject(choice) ? own(choice, 'delta') : undefined;
  return isObject(delta) && Object.keys(delta).some((key) => key !== 'role' && filled(delta, key));
};

const filled = (delta: JsonObject, key: string): boolean => {
  const value = delta[key];
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
};
