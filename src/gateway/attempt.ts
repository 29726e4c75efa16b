import type { Lease } from '#balancer/admit.ts';
import { type Failure, type Plan, type Sent, runAttempts } from '#balancer/attempts.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import { OwnSide } from '#balancer/own-side.ts';
import { SpillwayError } from '#core/errors.ts';
import { affinityOf } from '#gateway/affinity.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { demandOf } from '#gateway/demand.ts';
import type { Resolved } from '#gateway/groups.ts';
import type { Operation } from '#providers/provider.ts';
import type { UpstreamRequest } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';

/** Runs one request through the loop: `send` is called once per try. */
export const ask = async <Reply>(
  deps: GatewayDeps,
  call: GatewayCall,
  how: {
    readonly to: Resolved;
    send(lease: Lease, decision: DecisionBuilder): Promise<Sent<Reply>>;
    /** Of a reply that goes on after it has begun. */
    ended?(reply: Reply): Promise<unknown>;
  },
): Promise<Reply> => {
  const { settings } = deps;
  const known = { policy: settings.policy, arrivedMs: call.arrivedAt };
  const decision = new DecisionBuilder(call.id, how.to.group, known);
  const asked = askOf(deps, call, how.to);
  const end = (): void => asked.own.end(deps.clock.now());
  try {
    const reply = await runAttempts(deps, {
      ask: asked,
      retries: call.retries ?? settings.retries,
      retryAfterMs: settings.retryAfterMs,
      deadline: call.arrivedAt + (call.timeoutMs ?? Infinity),
      signal: call.signal,
      decision,
      send: (lease) => how.send(lease, decision),
    });
    if (how.ended) void how.ended(reply).then(end);
    else end();
    return reply;
  } catch (thrown) {
    end();
    // Whoever serves a reply logs its decision when it is over; a refusal is over now.
    deps.log.debug({ decision }, 'decided');
    throw thrown;
  }
};

/** What a request asks of the balance. */
export const askOf = (
  { settings, ownCharges }: GatewayDeps,
  call: GatewayCall,
  { group, pinned, models }: Resolved,
): Plan<unknown>['ask'] & { readonly own: OwnSide } => {
  const {
    arrivedAt,
    body,
    tenant,
    run,
    tags = [],
    timeoutMs = Infinity,
    patienceMs = Infinity,
  } = call;
  const waitMs = call.queueMs ?? settings.queue.groups.get(group) ?? settings.queue.waitMs;
  const demand = demandOf(body);
  const affinity = affinityOf(body, { demand, tenant });
  return {
    groups: [group],
    demand,
    tenant,
    priority: call.priority,
    arrivedAt,
    waitUntil: arrivedAt + Math.min(waitMs, timeoutMs, patienceMs),
    stream: body['stream'] === true,
    bytes: call.bytes,
    own: new OwnSide(ownCharges(tenant)),
    ...(run !== undefined && { run }),
    ...(affinity !== undefined && { affinity }),
    ...(pinned !== undefined && { pinned }),
    ...(models && { models }),
    ...(settings.tagMatch && { tags: { tags, match: settings.tagMatch } }),
  };
};

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
  const totalMs =
    call.timeoutMs === undefined
      ? (target.spec.timeoutMs ?? settings.timeoutMs)
      : Math.max(0, call.arrivedAt + call.timeoutMs - clock.now());
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
