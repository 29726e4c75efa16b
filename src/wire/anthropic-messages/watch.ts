import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { readStreamError } from '#wire/anthropic-messages/error.ts';
import { parseEvent } from '#wire/anthropic-messages/event.ts';
import { fieldText } from '#wire/anthropic-messages/fields.ts';
import { partOfUsage, readCounts } from '#wire/anthropic-messages/usage.ts';
import type { Passing } from '#wire/dialect.ts';

const NONE: readonly number[] = [];
const ONLY: readonly number[] = [0];
const CONTENT: Passing = { kind: 'content', finished: NONE };
const OPENING: Passing = { kind: 'opening', finished: NONE };
const DONE: Passing = { kind: 'done', finished: NONE };

const DELTA = '{"type":"content_block_delta",';
const BRACE_CLOSE = 125;

/** The vendor writes the type first: behind content, a delta need not be decoded. */
export const watch = (data: Buffer, begun: boolean): Passing => {
  if (
    begun &&
    data[data.length - 1] === BRACE_CLOSE &&
    data.toString('latin1', 0, DELTA.length) === DELTA
  )
    return CONTENT;
  const event = parseEvent(data.toString('utf8'));
  const passing = decode(event);
  return begun && passing.kind === 'opening' ? { ...passing, kind: 'content' } : passing;
};

const decode = (event: JsonObject): Passing => {
  const type = own(event, 'type');
  if (type === 'content_block_delta') return speaks(own(event, 'delta')) ? CONTENT : OPENING;
  if (type === 'content_block_start')
    return begins(own(event, 'content_block')) ? CONTENT : OPENING;
  if (type === 'content_block_stop') return CONTENT;
  if (type === 'message_stop') return DONE;
  if (type === 'error') return { kind: 'error', finished: NONE, error: readStreamError(event) };
  if (type === 'message_start') {
    const message = own(event, 'message');
    return counted(OPENING, isObject(message) ? own(message, 'usage') : undefined);
  }
  if (type !== 'message_delta') return OPENING;
  const delta = own(event, 'delta');
  const hasEnded = isObject(delta) && fieldText(delta, 'stop_reason') !== '';
  return counted(hasEnded ? { kind: 'content', finished: ONLY } : OPENING, own(event, 'usage'));
};

/** Whether a delta has something for a person in it; a seal has not. */
const speaks = (delta: Json | undefined): boolean =>
  isObject(delta) && SPOKEN.some((key) => fieldText(delta, key) !== '');

const SPOKEN = ['text', 'thinking', 'partial_json'];

/** Texts and thoughts begin empty; whatever else begins is something already. */
const begins = (block: Json | undefined): boolean => {
  if (!isObject(block)) return false;
  const type = own(block, 'type');
  return (type !== 'text' && type !== 'thinking') || speaks(block);
};

const counted = (passing: Passing, usage: Json | undefined): Passing => {
  const told = partOfUsage(readCounts(usage));
  return Object.keys(told).length > 0 ? { ...passing, usage: told } : passing;
};
