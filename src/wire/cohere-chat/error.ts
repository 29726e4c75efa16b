import type { JsonObject } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { saysTooLong } from '#wire/context-length.ts';
import type { ReplyHeaders, ToldError } from '#wire/dialect.ts';
import { errorDetail, errorText, parseErrorObject } from '#wire/error-object.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

const MESSAGE_CHARS = 400;

export const readError = (status: number, headers: ReplyHeaders, body: string): UpstreamError => {
  const error = parseErrorObject(body);
  // Others who rank documents in its format are servers in Python.
  const message = errorText(error, 'message') ?? errorDetail(error) ?? '';
  const wait = retryAfterMs(headers);
  return {
    kind: kindOf(status, message, error !== undefined),
    status,
    message: message.slice(0, MESSAGE_CHARS),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
};

/** Said at the end of an answer that failed. */
export const endError = (reason: string, message: string): UpstreamError => ({
  kind: reason === 'TIMEOUT' ? 'timeout' : 'broken',
  status: reason === 'TIMEOUT' ? 504 : 502,
  message: (message || 'The model did not finish its answer.').slice(0, MESSAGE_CHARS),
  type: reason,
});

const TOO_MANY = /\btoo many tokens\b/i;

const kindOf = (status: number, message: string, isTold: boolean): UpstreamError['kind'] => {
  if (status === 400 && (saysTooLong(undefined, message) || TOO_MANY.test(message)))
    return 'context-length';
  if (status === 429) return 'rate-limit';
  // The last is a token that is none.
  if (status === 401 || status === 403 || status === 498) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 503 || status === 529) return 'overloaded';
  return isTold && status >= 400 && status < 500 ? 'invalid' : 'broken';
};

export const writeError = ({ message, id }: ToldError): JsonObject => ({
  ...(id !== undefined && { id }),
  message,
});
