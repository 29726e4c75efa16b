import { type JsonObject, isObject, own } from '#core/json.ts';
import type { Passing } from '#wire/dialect.ts';
import { ENDINGS } from '#wire/openai-responses/endings.ts';
import { errorIn } from '#wire/openai-responses/error.ts';
import { textAt } from '#core/fields.ts';
import { parseMessage } from '#wire/openai-responses/read-stream.ts';
import { readUsage } from '#wire/openai-responses/usage.ts';

const NONE: readonly number[] = [];
const ONLY: readonly number[] = [0];
const CONTENT: Passing = { kind: 'content', finished: NONE };
const OPENING: Passing = { kind: 'opening', finished: NONE };
const DONE: Passing = { kind: 'done', finished: NONE };

const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const DONE_BYTES = Buffer.from('[DONE]');

/** Messages that announce something and say nothing yet. */
const OPENINGS: ReadonlySet<string> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
  'keepalive',
]);

/** A quoted key in a text is escaped there: without these words no message tells an end or an error. */
const TELLING = /"(?:response\.(?:completed|incomplete|failed)|error)"/;

export const watch = (data: Buffer, begun: boolean): Passing => {
  if (data[0] !== BRACE_OPEN && data.equals(DONE_BYTES)) return DONE;
  const whole = data[0] === BRACE_OPEN && data[data.length - 1] === BRACE_CLOSE;
  const silent = begun && whole && !TELLING.test(data.toString('latin1'));
  return silent ? CONTENT : decode(parseMessage(data.toString('utf8')), begun);
};

const decode = (message: JsonObject, begun: boolean): Passing => {
  const error = errorIn(message);
  if (error) return { kind: 'error', finished: NONE, error };
  const type = textAt(message, 'type');
  if (ENDINGS.has(type)) {
    const response = own(message, 'response');
    const usage = isObject(response) ? readUsage(own(response, 'usage')) : undefined;
    return { kind: 'done', finished: ONLY, ...(usage && { usage }) };
  }
  return begun || !isOpening(type, message) ? CONTENT : OPENING;
};

const isOpening = (type: string, message: JsonObject): boolean => {
  if (OPENINGS.has(type)) return true;
  if (type.endsWith('.delta')) return textAt(message, 'delta') === '';
  if (type !== 'response.output_item.added') return false;
  const item = own(message, 'item');
  const kind = isObject(item) ? own(item, 'type') : undefined;
  return kind === 'message' || kind === 'reasoning';
};
