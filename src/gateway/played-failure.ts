import { AttemptsError } from '#balancer/attempts-error.ts';
import type { FailureKind } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';
import type { CallFallbacks } from '#gateway/call-fallbacks.ts';

type Played = NonNullable<CallFallbacks['played']>;

const KINDS: Readonly<Record<Played, readonly [FailureKind, number]>> = {
  any: ['server-error', 500],
  'context-window': ['context-length', 400],
  'content-policy': ['content', 400],
  'rate-limit': ['minute-quota', 429],
};

/** The failure that a caller has asked for, with LiteLLM's status for it. */
export const playedFailure = (played: Played, group: string): AttemptsError => {
  const [kind, status] = KINDS[played];
  const error = new SpillwayError(
    'upstream_rejected',
    `This failure of ${group} is played, as the request asks (mock_testing_…).`,
    { status },
  );
  return new AttemptsError({ kind, error });
};
