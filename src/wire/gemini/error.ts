import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { saysTooLong } from '#wire/context-length.ts';
import type { ReplyHeaders, ToldError } from '#wire/dialect.ts';
import { errorObject, errorText as text, parseErrorObject } from '#wire/error-object.ts';
import { objectsIn, textIn } from '#wire/gemini/fields.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

/** Longest piece of a vendor's own text that is carried on, in characters. */
const MESSAGE_CHARS = 400;
const DAY_MS = 86_400_000;

/** HTTP's statuses under the names of gRPC's that Google gives them. */
const WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};

export const readError = (status: number, headers: ReplyHeaders, body: string): UpstreamError =>
  describe(status, parseErrorObject(body), retryAfterMs(headers));

/** An error in a stream: a chunk that is nothing else. */
export const readStreamError = (error: Json): UpstreamError => {
  const code = isObject(error) ? own(error, 'code') : undefined;
  const status = isStatus(code) ? code : 502;
  return describe(status, errorObject({ error }), undefined);
};

const isStatus = (code: Json | undefined): code is number =>
  typeof code === 'number' && Number.isInteger(code) && code >= 400 && code < 600;

const describe = (
  status: number,
  error: JsonObject | undefined,
  toldMs: number | undefined,
): UpstreamError => {
  const details = objectsIn(error, 'details');
  const type = text(error, 'status');
  const code = first(details, 'reason') ?? text(error, 'code');
  const param = first(
    details.flatMap((detail) => objectsIn(detail, 'fieldViolations')),
    'field',
  );
  const message = text(error, 'message') ?? '';
  const waitMs = toldMs ?? delayMs(first(details, 'retryDelay'));
  return {
    kind: kindOf({ status, error, code, message }),
    status,
    message: message.slice(0, MESSAGE_CHARS),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  };
};

const first = (objects: readonly JsonObject[], name: string): string | undefined =>
  objects.map((object) => textIn(object, name)).find((each) => each !== undefined);

/** `13s`, `0.5s`: a duration as Google writes them. */
const delayMs = (delay: string | undefined): number | undefined => {
  const seconds = Number(/^(\d{1,9}(?:\.\d+)?)s$/.exec(delay ?? '')?.[1]);
  return seconds > 0 ? Math.min(seconds * 1000, DAY_MS) : undefined;
};

/** A key that is none is a bad argument to Google. */
const KEY_CODES = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED', 'API_KEY_SERVICE_BLOCKED']);
const KEY_REFUSED = /^api key (?:not valid|not found|expired)\b/i;

const kindOf = ({
  status,
  error,
  code,
  message,
}: {
  readonly status: number;
  readonly error: JsonObject | undefined;
  readonly code: string | undefined;
  readonly message: string;
}): UpstreamError['kind'] => {
  if (status === 429) return 'rate-limit';
  if (status === 401 || status === 403 || KEY_CODES.has(code ?? '')) return 'auth';
  if (status === 400 && KEY_REFUSED.test(message)) return 'auth';
  if ((status === 400 || status === 413) && saysTooLong(code, message)) return 'context-length';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 503) return 'overloaded';
  // A page of HTML is no judgement on the request: whoever sent it may not even be the vendor.
  return error && status >= 400 && status < 500 ? 'invalid' : 'broken';
};

/** Google's envelope. */
export const writeError = ({
  status,
  message,
  param,
  id,
  retryAfterMs: waitMs,
}: ToldError): JsonObject => {
  const details: JsonObject[] = [];
  if (param !== undefined)
    details.push({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: param, description: message }],
    });
  if (waitMs !== undefined)
    details.push({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: `${Math.ceil(waitMs / 1000)}s`,
    });
  if (id !== undefined)
    details.push({ '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: id });
  return {
    error: {
      code: status,
      message,
      status: WORDS[status] ?? (status < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL'),
      ...(details.length > 0 && { details }),
    },
  };
};
