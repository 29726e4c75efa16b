import type { ErrorCode, SpillwayError } from '#core/errors.ts';
import { shortId } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** Has the code of an error as this program has it: bodies keep to the words of others. */
export const ERROR_HEADER = 'x-spillway-error';

/** LiteLLM's word for each of our codes; the rest follow from the status. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'auth_error',
  unknown_key: 'token_not_found_in_db',
  expired_key: 'expired_key',
  key_model_denied: 'key_model_access_denied',
  team_model_denied: 'team_model_access_denied',
  user_model_denied: 'user_model_access_denied',
  over_budget: 'budget_exceeded',
  rate_limited: 'rate_limit_error',
  no_deployment: 'rate_limit_error',
};

const typeOf = ({ code, status }: SpillwayError): string => {
  const own = TYPES[code];
  if (own !== undefined) return own;
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'throttling_error';
  return status < 500 ? 'invalid_request_error' : 'internal_server_error';
};

const told = (error: SpillwayError, callId: string): string =>
  `${error.message} (id ${shortId(callId)})`;

/** LiteLLM's envelope: `code` is the status as a text. The message ends with the call's short id. */
export const errorEnvelope = (error: SpillwayError, callId: string): JsonObject => ({
  error: {
    message: told(error, callId),
    type: typeOf(error),
    param: error.param ?? null,
    code: String(error.status),
  },
});

type Caller = Pick<HttpCall, 'id' | 'dialect'>;

/** The caller's dialect where it has another form of errors than LiteLLM's. */
const ownForm = ({ settings }: GatewayDeps, { dialect }: Caller): ChatDialect | undefined =>
  settings.litellmErrors || dialect?.name === openaiChat.name ? undefined : dialect;

/** The body of an error, as its caller's dialect has it. */
export const errorBody = (deps: GatewayDeps, caller: Caller, error: SpillwayError): JsonObject => {
  const { id } = caller;
  const { status, param, retryAfterMs } = error;
  const dialect = ownForm(deps, caller);
  if (!dialect) return errorEnvelope(error, id);
  const message = told(error, id);
  return dialect.writeError({
    status,
    message,
    id,
    ...(param !== undefined && { param }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
};

/** The same inside a stream, as server-sent events. */
export const errorEvents = (deps: GatewayDeps, caller: Caller, error: SpillwayError): string => {
  const dialect = ownForm(deps, caller);
  if (!dialect) return writeSse(JSON.stringify(errorEnvelope(error, caller.id)));
  const { status } = error;
  const kind = KINDS[status] ?? (status < 500 ? 'invalid' : 'broken');
  const message = told(error, caller.id);
  const writer = dialect.streamWriter({ includeUsage: false });
  const frames = writer.push({ type: 'error', error: { kind, status, message } });
  return frames.map(({ data, event }) => writeSse(data, event)).join('');
};

const KINDS: Readonly<Record<number, UpstreamError['kind']>> = {
  401: 'auth',
  403: 'auth',
  408: 'timeout',
  429: 'rate-limit',
  503: 'overloaded',
};
