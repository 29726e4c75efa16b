import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

/** Longest piece of a vendor's own text that is carried on, in characters. */
const MESSAGE_CHARS = 400;

export const readError = (status: number, headers: ReplyHeaders, body: string): UpstreamError => {
  const error = errorObject(body);
  const message = text(error, 'message')?.slice(0, MESSAGE_CHARS) ?? '';
  const type = text(error, 'type');
  const code = text(error, 'code');
  const param = text(error, 'param');
  const wait = retryAfterMs(headers);
  return {
    kind: kindOf(status, code),
    status,
    message,
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
};

/** `{error: {…}}`, `{error: "text"}` and `{message: "text"}` are all seen in the wild. */
const errorObject = (body: string): JsonObject => {
  let parsed: Json;
  try {
    parsed = JSON.parse(body) as Json;
  } catch {
    return {};
  }
  if (!isObject(parsed)) return {};
  const error = own(parsed, 'error');
  if (isObject(error)) return error;
  return typeof error === 'string' ? { message: error } : parsed;
};

const text = (object: JsonObject, key: string): string | undefined => {
  const value = own(object, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const CONTENT_CODES = new Set(['content_policy_violation', 'content_filter']);

const kindOf = (status: number, code: string | undefined): UpstreamError['kind'] => {
  if (code !== undefined && CONTENT_CODES.has(code)) return 'content';
  if (status === 429) return 'rate-limit';
  if (status === 401 || status === 403) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 503 || status === 529) return 'overloaded';
  return status >= 400 && status < 500 ? 'invalid' : 'broken';
};

/** An error inside a stream: `{"error": {…}}` in a `data:` line. It has no status of its own. */
export const readStreamError = (error: Json): UpstreamError => {
  const status = isObject(error) ? Number(own(error, 'status') ?? own(error, 'code')) : Number.NaN;
  const known = Number.isInteger(status) && status >= 400 && status < 600;
  return readError(known ? status : 502, {}, JSON.stringify({ error }));
};
