import { z } from '#core/schema.ts';
import type { FailurePolicy, PolicyFailure } from '#config/loaded-routing.ts';
import { whole } from '#config/values.ts';

/** LiteLLM's words for our failures, before `Retries` or `AllowedFails`. */
const WORDS: Readonly<Record<PolicyFailure, string>> = {
  badRequest: 'BadRequestError',
  authentication: 'AuthenticationError',
  timeout: 'TimeoutError',
  rateLimit: 'RateLimitError',
  contentPolicy: 'ContentPolicyViolationError',
  internalServer: 'InternalServerError',
  serviceUnavailable: 'ServiceUnavailableError',
  badGateway: 'BadGatewayError',
  notFound: 'NotFoundError',
  default: 'Default',
};

const schemaOf = (suffix: string): z.ZodType<FailurePolicy> => {
  const failures = Object.entries(WORDS).map(
    ([failure, word]) => [failure as PolicyFailure, `${word}${suffix}`] as const,
  );
  return z
    .strictObject(
      Object.fromEntries(failures.map(([, word]) => [word, whole(0, 1000).nullish()] as const)),
    )
    .transform((written) => {
      const policy: { [Failure in PolicyFailure]?: number } = {};
      for (const [failure, word] of failures) {
        const count = written[word];
        if (typeof count === 'number') policy[failure] = count;
      }
      return policy;
    });
};

/** `retry_policy`: `RateLimitErrorRetries: 3`. */
export const retryPolicy = schemaOf('Retries');

/** `allowed_fails_policy`: `TimeoutErrorAllowedFails: 2`. */
export const allowedFailsPolicy = schemaOf('AllowedFails');
