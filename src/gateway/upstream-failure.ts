import type { Failure } from '#balancer/attempts.ts';
import { classify } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';
import type { QuotaRefusal } from '#core/quota.ts';
import { redact } from '#core/redact.ts';
import type { TransportFailure } from '#upstream/failure.ts';
import type { Target } from '#upstream/target.ts';
import type { UpstreamError } from '#wire/chat-event.ts';

/** Longest piece of a vendor's text shown to a caller, characters. */
const SHOWN_CHARS = 300;

const ADVICE: Readonly<
  Record<UpstreamError['kind'], (deployment: string, status: number) => string>
> = {
  auth: (name) =>
    `The upstream refused the key of deployment ${name}; check the key that it is given.`,
  'rate-limit': (name) => `Deployment ${name} is at its upstream rate limit; wait and try again.`,
  overloaded: (name) => `The upstream of deployment ${name} is overloaded; try again shortly.`,
  timeout: (name) => `The upstream of deployment ${name} timed out; try again or ask for less.`,
  content: () => 'The upstream refused the content.',
  'context-length': (name) =>
    `The prompt is too long for the model of deployment ${name}; send less of it.`,
  invalid: () => 'The upstream refused the request.',
  broken: (name, status) =>
    `The upstream of deployment ${name} failed (status ${status}); try again.`,
};

/** Where it said what kind of limit that is, and waiting for a minute mends nothing. */
const LIMIT_ADVICE: Readonly<
  Partial<Record<QuotaRefusal['class'], (deployment: string) => string>>
> = {
  money: (name) =>
    `The account of deployment ${name} has nothing left to spend; see to its credit and its spending limit.`,
  day: (name) =>
    `Deployment ${name} has used up its upstream limit for the day; try again when that is over.`,
  size: (name) =>
    `The request is larger than an upstream limit of deployment ${name}; send less, or lower max_tokens.`,
};

/** What came before is unknown to this key: to another one it may not be. */
const UNKNOWN_PREVIOUS = 'previous_response_not_found';

/**
 * What a vendor answered → what the loop decides by and the caller may see. `refusal`: what the answer
 * said of a limit.
 */
export const answeredFailure = (
  error: UpstreamError,
  { spec, concealed }: Target,
  refusal: QuotaRefusal['class'] | undefined,
): Failure => {
  const said = redact(error.message, SHOWN_CHARS, concealed);
  const ofLimit = refusal && LIMIT_ADVICE[refusal];
  const advice = ofLimit?.(spec.name) ?? ADVICE[error.kind](spec.name, error.status);
  const message = `${advice}${said === '' ? '' : ` It said: ${said}`}`;
  const hint = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  // A redirect or other status that is no error of HTTP's is none that a caller can act on.
  const status = error.status >= 400 ? error.status : 502;
  const param = error.param === undefined ? {} : { param: error.param };
  return {
    kind: error.code === UNKNOWN_PREVIOUS ? 'not-found' : classify(error, refusal),
    error: new SpillwayError('upstream_rejected', message, { status, ...param, ...hint }),
    ...hint,
  };
};

/** The same for what never became an answer. What ended it on our side says nothing of the deployment. */
export const transportAttemptFailure = (
  { kind, error }: TransportFailure,
  { spec }: Target,
): Failure => {
  if (error.code === 'client_closed' || error.code === 'unavailable') return { kind, error };
  const { code, message, status, cause } = error;
  return {
    kind,
    error: new SpillwayError(code, `Deployment ${spec.name}: ${message}`, { status, cause }),
  };
};

/** An answer that came, and that its vendor's content filter has cut. */
export const filteredFailure = ({ spec }: Target): Failure => ({
  kind: 'content',
  error: new SpillwayError(
    'upstream_rejected',
    `The content filter of deployment ${spec.name} has cut the answer.`,
    { status: 400 },
  ),
});
