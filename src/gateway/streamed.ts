import type { Lease } from '#balancer/admit.ts';
import type { Failure, Sent } from '#balancer/attempts.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { ask, failedAttempt, targetOf, upstreamRequest } from '#gateway/attempt.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { Resolved } from '#gateway/groups.ts';
import { QuotaReader } from '#gateway/quota-reader.ts';
import { type StreamBody, StreamExchange } from '#gateway/stream-exchange.ts';
import { callUpstream } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';
import type { Usage } from '#wire/chat-event.ts';
import type { ChatDialect } from '#wire/dialect.ts';

export interface StreamedReply {
  readonly target: Target;
  readonly decision: DecisionBuilder;
  readonly body: StreamBody;
  /** From sending to the first content, ms. */
  readonly upstreamMs: number;
  /** Resolves when the stream is over; never rejects. */
  readonly ended: Promise<{ readonly usage: Usage | undefined; readonly failure?: Failure }>;
}

export interface StreamedOptions {
  readonly to: Resolved;
  readonly dialect: ChatDialect;
  readonly includeUsage: boolean;
  write(target: Target): string;
}

/** One chat request with a streamed reply: returns at the first content, the commit point. */
export const askStreamed = (
  deps: GatewayDeps,
  call: GatewayCall,
  options: StreamedOptions,
): Promise<StreamedReply> =>
  ask(deps, call, {
    to: options.to,
    send: (lease, decision) => sendStreamed(deps, call, { ...options, lease, decision }),
    ended: (reply) => reply.ended,
  });

const sendStreamed = (
  deps: GatewayDeps,
  call: GatewayCall,
  options: StreamedOptions & { lease: Lease; decision: DecisionBuilder },
): Promise<Sent<StreamedReply>> =>
  new Promise((resolve) => {
    const { lease, decision, dialect, includeUsage } = options;
    const found = targetOf(deps, lease, 'chat');
    if ('kind' in found) return resolve(failedAttempt(deps, { lease, signal: call.signal }, found));
    const { target, path } = found;
    const startedAt = deps.clock.now();
    const ended = Promise.withResolvers<Awaited<StreamedReply['ended']>>();
    const exchange = new StreamExchange({
      target,
      dialect,
      eventBytes: deps.settings.limits.eventBytes,
      includeUsage,
      refusalIn: (error) => reader.refusalIn(error),
      settle(result) {
        if ('failure' in result)
          return resolve(failedAttempt(deps, { lease, signal: call.signal }, result.failure));
        const now = deps.clock.now();
        lease.began(now);
        decision.firstContent(now);
        const { body } = result;
        const upstreamMs = now - startedAt;
        const reply = { target, decision, body, upstreamMs, ended: ended.promise };
        resolve({ ok: true, reply });
      },
      ended(usage, failure) {
        endLease(deps, { lease, decision, usage, signal: call.signal }, failure);
        ended.resolve({ usage, ...(failure && { failure }) });
      },
    });
    const body = options.write(target);
    const request = upstreamRequest(deps, call, { target, path, body, stream: true });
    const { clock } = deps;
    const reader = new QuotaReader(exchange, { lease, rules: target.quota, clock });
    exchange.controlledBy(callUpstream(clock, request, reader));
  });

const endLease = (
  { clock, log }: GatewayDeps,
  of: { lease: Lease; decision: DecisionBuilder; usage: Usage | undefined; signal: AbortSignal },
  failure: Failure | undefined,
): void => {
  const { lease, decision, usage, signal } = of;
  const now = clock.now();
  if (!failure) {
    lease.done(usage, now);
    decision.ended('ok', 200, now);
  } else if (signal.aborted) {
    lease.abandoned(now);
    decision.ended('abandoned', 499, now);
  } else {
    lease.failed(failure.kind, now);
    decision.ended(failure.kind, failure.error.status, now);
    const { deployment } = lease;
    log.warn({ deployment, kind: failure.kind }, `stream broke off: ${failure.error.message}`);
  }
};
