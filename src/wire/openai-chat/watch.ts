import { type JsonObject, isObject, own } from '#core/json.ts';
import type { Passing } from '#wire/dialect.ts';
import { readStreamError } from '#wire/openai-chat/error.ts';
import { fieldText, wholeNumber } from '#wire/openai-chat/parts.ts';
import { readUsage } from '#wire/openai-chat/usage.ts';
import { parseChunk } from '#wire/openai-chat/read-stream.ts';

const NONE: readonly number[] = [];
const CONTENT: Passing = { kind: 'content', finished: NONE };
const DONE: Passing = { kind: 'done', finished: NONE };

const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const DONE_BYTES = Buffer.from('[DONE]');
/** A telling key before anything else than a colon and `null`. */
const TELLING = /"(?:usage|error|finish_reason)"[\s:]*[^\s:n]/;

/**
 * Searches the bytes as long as they cannot matter: a quoted key inside a text is always escaped there
 * (`\"usage\"`), so a chunk without telling keys says nothing but content. This search takes a quarter
 * of the time that decoding takes.
 */
export const watch = (data: Buffer, begun: boolean): Passing => {
  if (data[0] !== BRACE_OPEN && data.equals(DONE_BYTES)) return DONE;
  const whole = data[0] === BRACE_OPEN && data[data.length - 1] === BRACE_CLOSE;
  const silent = begun && whole && !TELLING.test(data.toString('latin1'));
  return silent ? CONTENT : decode(data, begun);
};

const decode = (data: Buffer, begun: boolean): Passing => {
  const chunk = parseChunk(data.toString('utf8'));
  const error = own(chunk, 'error');
  if (error) return { kind: 'error', finished: NONE, error: readStreamError(error) };
  const choices = own(chunk, 'choices');
  const list = Array.isArray(choices) ? choices.filter(isObject) : [];
  const told = own(chunk, 'usage');
  const usage = readUsage(told);
  const finished = finishedOf(list);
  const content = begun || finished.length > 0 || list.some(speaks);
  const kind = list.length === 0 && isObject(told) ? 'usage' : content ? 'content' : 'opening';
  return { kind, finished, ...(usage && { usage }) };
};

/** A choice without an index is the only one. */
const finishedOf = (choices: readonly JsonObject[]): readonly number[] => {
  const finished = choices.filter((choice) => fieldText(choice, 'finish_reason') !== '');
  return finished.length === 0
    ? NONE
    : finished.map((choice) => wholeNumber(own(choice, 'index')) ?? 0);
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
