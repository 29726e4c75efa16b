import { type ErrorCode, SpillwayError } from '#core/errors.ts';

/** An error in the words of Dify's API. */
export interface DifyError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** One that the API has a word for. */
export class ApiError extends Error {
  readonly told: DifyError;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.told = { code, message, status };
  }
}

export const invalidParam = (message: string): ApiError =>
  new ApiError(400, 'invalid_param', message);

export const notFound = (message: string): ApiError => new ApiError(404, 'not_found', message);

const WORDS: Readonly<Partial<Record<ErrorCode, readonly [status: number, code: string]>>> = {
  invalid_request: [400, 'invalid_param'],
  invalid_json: [400, 'invalid_param'],
  flow_invalid: [400, 'app_unavailable'],
  unauthorized: [401, 'unauthorized'],
  forbidden: [403, 'forbidden'],
  not_found: [404, 'not_found'],
  method_not_allowed: [405, 'method_not_allowed'],
  too_large: [413, 'file_too_large'],
  over_budget: [400, 'provider_quota_exceeded'],
  rate_limited: [429, 'too_many_requests'],
  node_failed: [400, 'completion_request_error'],
  internal: [500, 'internal_server_error'],
};

export const difyError = (thrown: unknown): DifyError => {
  if (thrown instanceof ApiError) return thrown.told;
  const { code, message } = SpillwayError.from(thrown);
  const [status, word] = WORDS[code] ?? [400, 'completion_request_error'];
  return { code: word, message, status };
};
