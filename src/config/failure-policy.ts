import type { Part } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import type { FailurePolicy, PolicyFailure } from '#config/loaded-routing.ts';
import { type Report, warnOfKeys } from '#config/section.ts';
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

/** One of LiteLLM's policies: how it is read, and the keys that it knows. */
interface PolicyForm {
  readonly schema: z.ZodType<FailurePolicy>;
  readonly keys: readonly string[];
}

const formOf = (suffix: string): PolicyForm => {
  const failures = Object.entries(WORDS).map(
    ([failure, word]) => [failure as PolicyFailure, `${word}${suffix}`] as const,
  );
  const keys = failures.map(([, word]) => word);
  const count = whole(0, 1000).nullish();
  const schema = z
    .looseObject(Object.fromEntries(keys.map((word) => [word, count] as const)))
    .transform((written) => {
      const policy: { [Failure in PolicyFailure]?: number } = {};
      for (const [failure, word] of failures) {
        const value = written[word];
        if (typeof value === 'number') policy[failure] = value;
      }
      return policy;
    });
  return { schema, keys };
};

/** `retry_policy`: `RateLimitErrorRetries: 3`. */
export const retryPolicy = formOf('Retries');

/** `allowed_fails_policy`: `TimeoutErrorAllowedFails: 2`. */
export const allowedFailsPolicy = formOf('AllowedFails');

/** Warns of what LiteLLM, too, would pass over. */
export const warnOfPolicy = (part: Part | undefined, form: PolicyForm, report: Report): void => {
  if (part) warnOfKeys(part, { used: form.keys, idle: [] }, report);
};
