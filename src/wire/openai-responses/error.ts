import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { readError, readStreamError, writeError } from '#wire/openai-chat/error.ts';
import { textAt } from '#core/fields.ts';

// One vendor, one envelope: only in streams do errors look otherwise.
export { readError, writeError };

/** Codes of a response that has failed, with the status that they would have had. */
const STATUSES: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  invalid_prompt: 400,
  server_error: 500,
};

/** The error that a message of a stream tells, or a response that has failed; undefined where none. */
export const errorIn = (message: JsonObject): UpstreamError | undefined => {
  const nested = own(message, 'error');
  const type = own(message, 'type');
  if (type === 'error') return told(isObject(nested) ? nested : message);
  if (type === 'response.failed') {
    const response = own(message, 'response');
    const error = isObject(response) ? own(response, 'error') : undefined;
    return told(isObject(error) ? error : { message: 'The upstream failed to answer.' });
  }
  return type === undefined && nested ? readStreamError(nested) : undefined;
};

/** Of a whole reply. */
export const failureOf = (response: JsonObject): UpstreamError | undefined => {
  const error = own(response, 'error');
  return textAt(response, 'status') === 'failed' || isObject(error)
    ? told(isObject(error) ? error : { message: 'The upstream failed to answer.' })
    : undefined;
};

const told = (error: JsonObject): UpstreamError => {
  const { type: _, ...said } = error;
  const code = textAt(error, 'code');
  const type = textAt(error, 'type');
  const status = Object.hasOwn(STATUSES, code) ? { status: STATUSES[code]! } : {};
  const own: Json = { ...said, ...(type !== '' && type !== 'error' && { type }), ...status };
  return readStreamError(own);
};
