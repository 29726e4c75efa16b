import type { Lease } from '#balancer/admit.ts';
import type { Failure, Sent } from '#balancer/attempts.ts';
import { SpillwayError } from '#core/errors.ts';
import { type GatewayCall, type GatewayDeps, deadlineOf } from '#gateway/call.ts';
import type { Operation } from '#providers/provider.ts';
import type { UpstreamRequest } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';

/** The deployment behind a lease, and where it takes `operation`. */
export const targetOf = (
  deps: GatewayDeps,
  lease: Lease,
  operation: Operation,
): { target: Target; path: string } | Failure => {
  const target = deps.targets.get(lease.deployment);
  const path = target?.paths[operation];
  if (target && path !== undefined) return { target, path };
  const message = `Deployment ${lease.deployment} does not offer ${operation}.`;
  return { kind: 'invalid', error: new SpillwayError('invalid_request', message) };
};

/**
 * One try. A time-out of the config holds for each try, as in LiteLLM, or there would be none left
 * for the next deployment; a caller's own holds for all of them together.
 */
export const upstreamRequest = (
  deps: GatewayDeps,
  call: GatewayCall,
  to: { target: Target; path: string; body: string; stream: boolean },
): UpstreamRequest => {
  const { target, path, body, stream } = to;
  const { settings, clock } = deps;
  const ownMs =
    call.timeoutMs === undefined ? (target.spec.timeoutMs ?? settings.timeoutMs) : Infinity;
  const totalMs = Math.min(ownMs, Math.max(0, deadlineOf(call) - clock.now()));
  const firstByteMs =
    call.streamTimeoutMs ??
    target.spec.streamTimeoutMs ??
    settings.streamTimeoutMs ??
    settings.timeouts.firstByteMs;
  return {
    agent: deps.agents.of(target.origin),
    origin: target.origin,
    path,
    headers: target.headers,
    body,
    timeouts: {
      ...(stream && { firstByteMs }),
      betweenChunksMs: settings.timeouts.betweenChunksMs,
      totalMs,
    },
    signal: call.signal,
  };
};

/** Ends a lease that bore no reply. */
export const failedAttempt = <Reply>(
  deps: GatewayDeps,
  { lease, signal }: { lease: Lease; signal: AbortSignal },
  failure: Failure,
): Sent<Reply> => {
  const now = deps.clock.now();
  if (signal.aborted) lease.abandoned(now);
  else lease.failed(failure.kind, now);
  const { deployment } = lease;
  const { kind, error } = failure;
  if (!signal.aborted)
    deps.log.warn({ deployment, kind, status: error.status }, `attempt failed: ${error.message}`);
  return { ok: false, ...failure };
};
