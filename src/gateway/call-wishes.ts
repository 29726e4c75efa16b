import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, own } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { parseJsonObject } from '#core/parse-json.ts';
import { readBody } from '#gateway/read-body.ts';

/** More tries than this help nobody and burn quota. */
const MAX_RETRIES = 10;
const DAY_S = 86_400;

/** Reads the body and what the caller wishes for itself: fields first, LiteLLM's headers second. */
export const readCall = async (deps: GatewayDeps, http: HttpCall): Promise<GatewayCall> => {
  const { requestBytes, jsonDepth } = deps.settings.limits;
  const body = parseJsonObject(await readBody(http.req, requestBytes), jsonDepth);
  const wish = (field: string, header: string, most: number): number | undefined =>
    wished(own(body, field) ?? http.req.headers[header], { field, most });
  const timeoutS = wish('timeout', 'x-litellm-timeout', DAY_S);
  const streamTimeoutS = wish('stream_timeout', 'x-litellm-stream-timeout', DAY_S);
  const retries = wish('num_retries', 'x-litellm-num-retries', MAX_RETRIES);
  return {
    id: http.id,
    arrivedAt: http.arrivedAt,
    body,
    signal: http.signal,
    // Zero and nothing are the same to LiteLLM.
    ...(timeoutS && { timeoutMs: timeoutS * 1000 }),
    ...(streamTimeoutS && { streamTimeoutMs: streamTimeoutS * 1000 }),
    ...(retries !== undefined && { retries: Math.floor(retries) }),
  };
};

const wished = (
  value: JsonObject[string] | readonly string[] | undefined,
  { field, most }: { field: string; most: number },
): number | undefined => {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
  if (typeof number === 'number' && number >= 0 && Number.isFinite(number))
    return Math.min(number, most);
  throw new SpillwayError('invalid_request', `\`${field}\` must be a number of at least 0.`, {
    param: field,
  });
};
