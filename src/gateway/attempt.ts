import type { Lease } from '#balancer/admit.ts';
import type { Failure, Sent } from '#balancer/attempts.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Try } from '#gateway/ask.ts';
import { type GatewayCall, type GatewayDeps, deadlineOf } from '#gateway/call.ts';
import type { Course } from '#gateway/course.ts';
import type { UpstreamRequest } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';

/** Puts a request to deployments, each in its own way. */
export interface Speaker<Spoken> {
  /** Throws SpillwayError where the deployment cannot be asked for this. */
  speak(target: Target, course: Course): Spoken | Promise<Spoken>;
}

/** The deployment behind a lease, and what is said to it; the failure where it cannot be asked for this. */
export type Said<Spoken> = { readonly target: Target; readonly spoken: Spoken } | Failure;

/** A failure leaves the request to others. At once, unless something has to be fetched before. */
export const spokenTo = <Spoken>(
  deps: GatewayDeps,
  { lease, course }: Pick<Try, 'lease' | 'course'>,
  speaker: Speaker<Spoken>,
): Said<Spoken> | Promise<Said<Spoken>> => {
  const { deployment } = lease;
  const target = deps.targets.get(deployment);
  try {
    if (target) {
      const spoken = speaker.speak(target, course);
      if (!(spoken instanceof Promise)) return { target, spoken };
      return spoken.then((late) => ({ target, spoken: late }), unsupported);
    }
  } catch (thrown) {
    return unsupported(thrown);
  }
  const message = `Deployment ${deployment} is not there any more; try again.`;
  return unsupported(new SpillwayError('invalid_request', message));
};

const unsupported = (thrown: unknown): Failure => ({
  kind: 'unsupported',
  error: SpillwayError.from(thrown),
});

/**
 * One try. A time-out of the config holds for each try, as in LiteLLM, or there would be none left
 * for the next deployment; a caller's own holds for all of them together.
 */
export const upstreamRequest = (
  deps: GatewayDeps,
  call: GatewayCall,
  to: Pick<UpstreamRequest, 'path' | 'body' | 'startedAt'> & { target: Target; stream: boolean },
): UpstreamRequest => {
  const { target, path, body, stream, startedAt } = to;
  const { settings } = deps;
  const ownMs =
    call.timeoutMs === undefined ? (target.spec.timeoutMs ?? settings.timeoutMs) : Infinity;
  const deadline = deadlineOf(call);
  const totalMs =
    deadline === Infinity ? ownMs : Math.min(ownMs, Math.max(0, deadline - startedAt));
  const firstByteMs =
    call.streamTimeoutMs ??
    target.spec.streamTimeoutMs ??
    settings.streamTimeoutMs ??
    settings.timeouts.firstByteMs;
  return {
    agent: deps.agents.of(target.origin),
    origin: target.origin,
    path,
    headers: headersOf(call, target, totalMs),
    credentials: target.credentials,
    body,
    startedAt,
    timeouts: {
      firstByteMs: stream ? firstByteMs : undefined,
      betweenChunksMs: settings.timeouts.betweenChunksMs,
      totalMs,
    },
    signal: call.signal,
  };
};

/** What the config says of a header goes before what a caller says. */
const saidTo = (
  target: Target,
  { vendorHeaders, extraHeaders }: GatewayCall,
): Target['headers'] => {
  const headers = vendorHeaders ? target.headersFor(vendorHeaders) : target.headers;
  return extraHeaders ? { ...extraHeaders, ...headers } : headers;
};

/** Who passes it on to others is told when nobody waits any more, unless that is only our longest time. */
const headersOf = (call: GatewayCall, target: Target, totalMs: number): Target['headers'] => {
  const { timeoutMs, deadline } = call;
  const headers = saidTo(target, call);
  const { hearsDeadline } = target;
  if (hearsDeadline.length === 0) return headers;
  if ((timeoutMs ?? deadline ?? target.spec.timeoutMs) === undefined) return headers;
  // Zero would mean that it may take for ever.
  const left = String(Math.max(1, Math.ceil(totalMs)) / 1000);
  return { ...headers, ...Object.fromEntries(hearsDeadline.map((name) => [name, left])) };
};

/**
 * Ends a lease whose call has failed. True when nobody is to blame but the caller: one who left, or
 * who waits for less than the config lets upstreams take.
 */
export const endFailed = (
  lease: Lease,
  { call, kind, now }: { call: GatewayCall; kind: Failure['kind']; now: number },
): boolean => {
  const { signal, streamTimeoutMs } = call;
  const isImpatient = streamTimeoutMs !== undefined || now >= deadlineOf(call);
  const isBlameless = signal.aborted || (kind === 'timeout' && isImpatient);
  if (isBlameless) lease.abandoned(now);
  else lease.failed(kind, now);
  return isBlameless;
};

/** Ends a lease that bore no reply. */
export const failedAttempt = <Reply>(
  deps: GatewayDeps,
  { lease, call }: { lease: Lease; call: GatewayCall },
  failure: Failure,
): Sent<Reply> => {
  const isBlameless = endFailed(lease, { call, kind: failure.kind, now: deps.clock.now() });
  const { deployment } = lease;
  const { kind, error } = failure;
  if (!isBlameless)
    deps.log.warn({ deployment, kind, status: error.status }, `attempt failed: ${error.message}`);
  return { ok: false, ...failure };
};
