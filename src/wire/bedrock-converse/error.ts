import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { saysTooLong } from '#wire/context-length.ts';
import type { ReplyHeaders, ToldError } from '#wire/dialect.ts';
import { errorText, parseErrorObject } from '#wire/error-object.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

/** Longest piece of the vendor's own text that is carried on, in characters. */
const MESSAGE_CHARS = 400;

interface Exception {
  readonly status: number;
  readonly kind: UpstreamError['kind'];
}

/** The vendor's exceptions, its own spelling in small letters. */
const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  accessdeniedexception: { status: 403, kind: 'auth' },
  expiredtokenexception: { status: 403, kind: 'auth' },
  incompletesignature: { status: 400, kind: 'auth' },
  incompletesignatureexception: { status: 400, kind: 'auth' },
  internalserverexception: { status: 500, kind: 'broken' },
  invalidsignatureexception: { status: 403, kind: 'auth' },
  missingauthenticationtokenexception: { status: 403, kind: 'auth' },
  modelerrorexception: { status: 424, kind: 'broken' },
  modelnotreadyexception: { status: 429, kind: 'overloaded' },
  modelstreamerrorexception: { status: 424, kind: 'broken' },
  modeltimeoutexception: { status: 408, kind: 'timeout' },
  resourcenotfoundexception: { status: 404, kind: 'invalid' },
  servicequotaexceededexception: { status: 400, kind: 'rate-limit' },
  serviceunavailableexception: { status: 503, kind: 'overloaded' },
  throttlingexception: { status: 429, kind: 'rate-limit' },
  unrecognizedclientexception: { status: 403, kind: 'auth' },
  validationexception: { status: 400, kind: 'invalid' },
};

const exceptionOf = (name: string): Exception | undefined => {
  const key = name.toLowerCase();
  return Object.hasOwn(EXCEPTIONS, key) ? EXCEPTIONS[key] : undefined;
};

export const readError = (status: number, headers: ReplyHeaders, body: string): UpstreamError => {
  const error = parseErrorObject(body);
  const wait = retryAfterMs(headers);
  const type = nameIn(headers['x-amzn-errortype']) ?? nameIn(errorText(error, '__type'));
  return {
    ...describe(status, type, error),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
};

/** `com.amazon#ThrottlingException:http://…` is a ThrottlingException. */
const nameIn = (said: string | readonly string[] | undefined): string | undefined =>
  typeof said === 'string' ? /(?:^|[#.])(\w+)(?::|$)/.exec(said)?.[1] : undefined;

/** An exception in a stream, a member of its union. */
export const readStreamError = (name: string, value: Json): UpstreamError => {
  const error = isObject(value) ? value : undefined;
  const told = error && own(error, 'originalStatusCode');
  const status = exceptionOf(name)?.status ?? 502;
  const original = typeof told === 'number' && told >= 400 && told < 600 ? told : undefined;
  const type = name === 'error' ? errorText(error, 'code') : name;
  return describe(original ?? status, type && upperFirst(type), error);
};

const upperFirst = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const describe = (
  status: number,
  type: string | undefined,
  error: JsonObject | undefined,
): UpstreamError => {
  const said = errorText(error, 'message') ?? errorText(error, 'Message');
  const message = said ?? errorText(error, 'originalMessage') ?? '';
  return {
    kind: kindOf({ status, type: type ?? '', message, isTold: error !== undefined }),
    status,
    message: message.slice(0, MESSAGE_CHARS),
    ...(type !== undefined && { type }),
  };
};

/** The vendor's guard, or a model's, has refused what was sent. */
const BLOCKED =
  /\b(?:blocked by (?:the |our )?(?:content|guardrail)|content filter\w*|responsible ai)\b/i;

interface Told {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Whether the body was one of the vendor's. */
  readonly isTold: boolean;
}

const kindOf = ({ status, type, message, isTold }: Told): UpstreamError['kind'] => {
  const isRequest = type === '' ? [400, 413, 422].includes(status) : type.startsWith('Validation');
  if (isRequest && saysTooLong(undefined, message)) return 'context-length';
  if (isRequest && BLOCKED.test(message)) return 'content';
  const known = exceptionOf(type)?.kind;
  if (known) return known;
  if (status === 429) return 'rate-limit';
  if (status === 401 || status === 403) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 503 || status === 529) return 'overloaded';
  // Whatever the model stumbled over, the request was in order.
  if (status === 424) return 'broken';
  return isTold && status >= 400 && status < 500 ? 'invalid' : 'broken';
};

/** The type stands in a header, too; whoever has only the body finds it here. */
export const writeError = ({ message, type }: ToldError): JsonObject => ({
  message,
  ...(type !== undefined && { __type: type }),
});
