import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { saysTooLong } from '#wire/context-length.ts';
import type { ReplyHeaders, ToldError } from '#wire/dialect.ts';
import {
  errorDetail,
  errorObject,
  errorText as text,
  parseErrorObject,
} from '#wire/error-object.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

/** Longest piece of a vendor's own text that is carried on, in characters. */
const MESSAGE_CHARS = 400;

export const readError = (status: number, headers: ReplyHeaders, body: string): UpstreamError => {
  const error = parseErrorObject(body);
  const wait = retryAfterMs(headers);
  return { ...describe(status, error), ...(wait !== undefined && { retryAfterMs: wait }) };
};

/** Words of errors, with the status that they have where they come as a whole answer. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['invalid_api_key', 401],
  ['permission_error', 403],
  ['model_not_found', 404],
  ['not_found_error', 404],
  ['rate_limit_exceeded', 429],
  ['rate_limit_error', 429],
  ['insufficient_quota', 429],
  ['server_is_overloaded', 503],
  ['service_unavailable_error', 503],
  ['overloaded_error', 503],
]);

/**
 * An error inside a stream: `{"error": {…}}` in a `data:` line. Its status is the one that it says, else
 * the one that its words have.
 */
export const readStreamError = (error: Json): UpstreamError => {
  const object = errorObject({ error });
  const said = isObject(error) ? [own(error, 'status'), own(error, 'code')].map(Number) : [];
  const status =
    said.find((each) => Number.isInteger(each) && each >= 400 && each < 600) ??
    STATUSES.get(text(object, 'code') ?? '') ??
    STATUSES.get(text(object, 'type') ?? '');
  return describe(status ?? 502, object);
};

const describe = (status: number, error: JsonObject | undefined): UpstreamError => {
  const type = text(error, 'type');
  const code = text(error, 'code');
  const param = text(error, 'param');
  const message = text(error, 'message') ?? errorDetail(error) ?? '';
  return {
    kind: kindOf(status, error, message),
    status,
    message: message.slice(0, MESSAGE_CHARS),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
  };
};

const CONTENT_CODES = new Set(['content_policy_violation', 'content_filter', 'invalid_prompt']);

/** Machines are short: the second and third are statuses of no standard. */
const CAPACITY_STATUSES = new Set([503, 498, 529]);

/** A key that is none, said with 400. At the start: further on a text may repeat the caller's words. */
const KEY_REFUSED = /^(?:incorrect|invalid) api key\b|^api key (?:not valid|expired)\b/i;

/** Statuses with which a request is called too long; 502 is what an error in a stream has without one. */
const REQUEST_STATUSES = new Set([400, 413, 422, 502]);

const kindOf = (
  status: number,
  error: JsonObject | undefined,
  message: string,
): UpstreamError['kind'] => {
  const code = text(error, 'code');
  if (CONTENT_CODES.has(code ?? '')) return 'content';
  if (REQUEST_STATUSES.has(status) && saysTooLong(code, message)) return 'context-length';
  if (status === 429) return 'rate-limit';
  if (status === 401 || status === 403) return 'auth';
  if (status === 400 && KEY_REFUSED.test(message)) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (CAPACITY_STATUSES.has(status)) return 'overloaded';
  // A page of HTML is no judgement on the request: whoever sent it may not even be the vendor.
  return error && status >= 400 && status < 500 ? 'invalid' : 'broken';
};

/** OpenAI's envelope. */
export const writeError = ({ status, message, type, code, param }: ToldError): JsonObject => ({
  error: {
    message,
    type: type ?? (status < 500 ? 'invalid_request_error' : 'server_error'),
    param: param ?? null,
    code: code ?? null,
  },
});
