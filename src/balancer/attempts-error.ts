import { effectOf, type FailureKind, type FallbackKind } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';

/** What a request came to that no deployment of its group has served: its first failure. */
export class AttemptsError extends SpillwayError {
  readonly kind: FailureKind;

  /** `retryAfterMs`: when it is known better by now than it was to the error. */
  constructor(
    { kind, error }: { readonly kind: FailureKind; readonly error: SpillwayError },
    retryAfterMs = error.retryAfterMs,
  ) {
    const { code, message, status, param, isFinal, cause } = error;
    super(code, message, {
      status,
      isFinal,
      cause,
      ...(param !== undefined && { param }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    this.kind = kind;
  }
}

/**
 * Which of a config's fallbacks hold for what `runAttempts` has thrown; undefined when it threw no
 * error of ours, or the caller has left. Without room, or without a deployment, any group will do.
 */
export const fallbackFor = (thrown: unknown): FallbackKind | undefined => {
  if (thrown instanceof AttemptsError) return effectOf(thrown.kind).fallback;
  return thrown instanceof SpillwayError && thrown.code !== 'client_closed' ? 'any' : undefined;
};
