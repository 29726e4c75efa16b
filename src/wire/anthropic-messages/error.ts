import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { saysTooLong } from '#wire/context-length.ts';
import type { ReplyHeaders, ToldError } from '#wire/dialect.ts';
import { errorObject, errorText as text, parseErrorObject } from '#wire/error-object.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

/** Longest piece of a vendor's own text that is carried on, in characters. */
const MESSAGE_CHARS = 400;

/** The vendor's types of errors, with the status that each has. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

export const readError = (status: number, headers: ReplyHeaders, body: string): UpstreamError => {
  const wait = retryAfterMs(headers);
  const error = describe(status, parseErrorObject(body));
  return { ...error, ...(wait !== undefined && { retryAfterMs: wait }) };
};

/** An error inside a stream has no status but that of its type. */
export const readStreamError = (event: Json): UpstreamError => {
  const error = errorObject(event);
  return describe(STATUSES[text(error, 'type') ?? ''] ?? 502, error);
};

const describe = (status: number, error: JsonObject | undefined): UpstreamError => {
  const type = text(error, 'type');
  const details = error && own(error, 'details');
  const code = isObject(details) ? text(details, 'error_code') : undefined;
  const message = (text(error, 'message') ?? '').slice(0, MESSAGE_CHARS);
  return {
    kind: kindOf(status, { isSaid: error !== undefined, type: type ?? '', message }),
    status,
    message,
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
  };
};

const FILTERED = /\bcontent filtering policy\b/i;
const TOO_LONG = /\bexceed context limit\b/i;
const REQUEST_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

const kindOf = (
  status: number,
  { isSaid, type, message }: { isSaid: boolean; type: string; message: string },
): UpstreamError['kind'] => {
  if (REQUEST_STATUSES.has(status)) {
    if (FILTERED.test(message)) return 'content';
    if (saysTooLong(undefined, message) || TOO_LONG.test(message)) return 'context-length';
  }
  if (status === 429 || type === 'rate_limit_error') return 'rate-limit';
  if (status === 401 || status === 403) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 529 || status === 503 || type === 'overloaded_error') return 'overloaded';
  // A page of HTML is no judgement on the request: whoever sent it may not even be the vendor.
  return isSaid && status >= 400 && status < 500 ? 'invalid' : 'broken';
};

const typeOf = (status: number): string => {
  const type = Object.keys(STATUSES).find((each) => STATUSES[each] === status);
  if (type !== undefined) return type;
  if (status === 408) return 'timeout_error';
  if (status === 503) return 'overloaded_error';
  return status < 500 ? 'invalid_request_error' : 'api_error';
};

/** The vendor's envelope; a type is carried on where it is one of the vendor's. */
export const writeError = ({ status, message, type, id }: ToldError): JsonObject => ({
  type: 'error',
  error: {
    type: type !== undefined && Object.hasOwn(STATUSES, type) ? type : typeOf(status),
    message,
  },
  ...(id !== undefined && { request_id: id }),
});
