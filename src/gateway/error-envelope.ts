import type { ErrorCode, SpillwayError } from '#core/errors.ts';
import { shortId } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';

/** LiteLLM's word for each of our codes; the rest follow from the status. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'auth_error',
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

/** LiteLLM's envelope: `code` is the status as a text. The message ends with the call's short id. */
export const errorEnvelope = (error: SpillwayError, callId: string): JsonObject => ({
  error: {
    message: `${error.message} (id ${shortId(callId)})`,
    type: typeOf(error),
    param: error.param ?? null,
    code: String(error.status),
  },
});
