import type { Clock } from '#core/clock.ts';
import { type Json, type JsonObject, own } from '#core/json.ts';
import { invalidParam } from '#service-api/dify-error.ts';
import type { ApiCall } from '#service-api/http-call.ts';

const DAY_S = 86_400;

/** As clients of models say it, in a header or in the body. Seconds; the shortest holds. */
const HEADERS = ['x-request-timeout', 'x-litellm-timeout'];
const FIELDS = ['timeout', 'request_timeout'];

/**
 * When whoever asks waits no longer, monotonic ms; undefined where it does not say. Zero says nothing.
 * Throws ApiError for what is no number.
 */
export const deadlineIn = (
  { req }: Pick<ApiCall, 'req'>,
  { clock, body = {} }: { readonly clock: Clock; readonly body?: JsonObject },
): number | undefined => {
  const said = [
    ...HEADERS.map((name) => seconds(name, req.headers[name])),
    ...FIELDS.map((name) => seconds(name, own(body, name))),
  ].filter((timeoutS) => timeoutS > 0);
  return said.length === 0 ? undefined : clock.now() + Math.min(...said, DAY_S) * 1000;
};

const seconds = (name: string, value: Json | readonly string[] | undefined): number => {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
  if (typeof number === 'number' && number >= 0 && Number.isFinite(number)) return number;
  throw invalidParam(`\`${name}\` must be a number of at least 0.`);
};
