/**
 * The closed list of what can go wrong, with the HTTP status each one has unless the thrower knows
 * a better one (an upstream's own status, say). Nothing outside this list reaches a caller.
 */
export const ERROR_STATUS = {
  invalid_request: 400,
  invalid_json: 400,
  unknown_model: 400,
  unauthorized: 401,
  unknown_key: 401,
  expired_key: 400,
  key_model_denied: 401,
  team_model_denied: 401,
  user_model_denied: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  too_large: 413,
  rate_limited: 429,
  over_budget: 429,
  no_deployment: 429,
  header_too_large: 431,
  client_closed: 499,
  internal: 500,
  upstream_rejected: 502,
  upstream_unreachable: 502,
  upstream_invalid: 502,
  stream_truncated: 502,
  unavailable: 503,
  config_invalid: 500,
  flow_invalid: 400,
  node_failed: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** A limit of a caller, in the words of LiteLLM's headers. */
export interface ReachedLimit {
  /** `requests`, `tokens` or `max_parallel_requests`. */
  readonly type: string;
  /** When there is room again: `2026-01-31 12:00:00 UTC`. */
  readonly resetAt: string;
}

export interface ErrorDetails {
  /** HTTP status when it differs from the code's own. */
  readonly status?: number;
  /** The field that is at fault, as a path in the caller's own words: `messages.0.role`. */
  readonly param?: string;
  readonly retryAfterMs?: number;
  /** Sending the same request again, now or later, will not help. */
  readonly isFinal?: boolean;
  /** The caller's own limit that it is at. */
  readonly limit?: ReachedLimit;
  /** For the log only; never sent. */
  readonly cause?: unknown;
}

/** The one error class. `message` is for people: short, says what to do, carries no secret. */
export class SpillwayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly isFinal: boolean;
  readonly limit: ReachedLimit | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SpillwayError';
    this.code = code;
    this.status = details.status ?? ERROR_STATUS[code];
    this.param = details.param;
    this.retryAfterMs = details.retryAfterMs;
    this.isFinal = details.isFinal ?? false;
    this.limit = details.limit;
  }

  /** The same error with some details, or its message, replaced. */
  with(details: ErrorDetails, message = this.message): SpillwayError {
    const { code, status, param, retryAfterMs, isFinal, limit, cause } = this;
    return new SpillwayError(code, message, {
      status,
      isFinal,
      cause,
      ...(param !== undefined && { param }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(limit && { limit }),
      ...details,
    });
  }

  /** Anything thrown → our error. An unknown one becomes `internal`: its text is logged, not sent. */
  static from(thrown: unknown): SpillwayError {
    if (thrown instanceof SpillwayError) return thrown;
    return new SpillwayError('internal', 'Something broke inside Spillway; see its log.', {
      cause: thrown,
    });
  }
}
