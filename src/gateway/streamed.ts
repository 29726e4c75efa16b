import type { Lease, Spent } from '#balancer/admit.ts';
import type { Sent } from '#balancer/attempts.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { type Try, ask } from '#gateway/ask.ts';
import {
  type Said,
  type Speaker,
  endFailed,
  failedAttempt,
  spokenTo,
  upstreamRequest,
} from '#gateway/attempt.ts';
import { closeBill } from '#gateway/billing.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { costFrom } from '#gateway/cost.ts';
import { choicesOf } from '#gateway/demand.ts';
import type { Passage } from '#gateway/passage.ts';
import { QuotaReader } from '#gateway/quota-reader.ts';
import { type StreamBody, type StreamEnd, StreamExchange } from '#gateway/stream-exchange.ts';
import { StreamTap } from '#gateway/stream-tap.ts';
import { callUpstream } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';
import type { ChatDialect } from '#wire/dialect.ts';

export interface StreamedReply {
  readonly stream: true;
  readonly target: Target;
  readonly decision: DecisionBuilder;
  readonly body: StreamBody;
  readonly dropped: readonly string[];
  /** From sending to the first content, ms. */
  readonly upstreamMs: number;
  /** Resolves when the stream is over; never rejects. */
  readonly ended: Promise<StreamEnd>;
}

/** A request as one deployment gets it, and how its stream becomes the caller's. */
export interface StreamedSpoken {
  readonly path: string;
  /** JSON. */
  readonly body: string;
  /** The caller's parameters that are not in it. */
  readonly dropped: readonly string[];
  /** The deployment's. */
  readonly dialect: ChatDialect;
  readonly passage: Passage;
}

export interface StreamedOptions extends Speaker<StreamedSpoken> {
  readonly model: string;
  readonly includeUsage: boolean;
}

/** One chat request with a streamed reply: returns at the first content, the commit point. */
export const askStreamed = (
  deps: GatewayDeps,
  call: GatewayCall,
  options: StreamedOptions,
): Promise<StreamedReply> =>
  ask(deps, call, {
    model: options.model,
    send: (one) => sendStreamed(deps, call, { one, options }),
    ended: (reply) => reply.ended,
  });

const sendStreamed = (
  deps: GatewayDeps,
  call: GatewayCall,
  { one, options }: { readonly one: Try; readonly options: StreamedOptions },
): Promise<Sent<StreamedReply>> => {
  const { includeUsage } = options;
  const said = spokenTo(deps, one, options);
  const send = (late: Said<StreamedSpoken>): Promise<Sent<StreamedReply>> =>
    sendSaid(deps, call, { ...one, includeUsage, said: late });
  return said instanceof Promise ? said.then(send) : send(said);
};

const sendSaid = (
  deps: GatewayDeps,
  call: GatewayCall,
  options: Pick<StreamedOptions, 'includeUsage'> & Try & { readonly said: Said<StreamedSpoken> },
): Promise<Sent<StreamedReply>> =>
  new Promise((resolve) => {
    const { lease, course, decision, includeUsage, said } = options;
    if ('kind' in said) return resolve(failedAttempt(deps, { lease, call }, said));
    const { target, spoken } = said;
    const { path, body, dropped, dialect, passage } = spoken;
    const { clock } = deps;
    const startedAt = clock.now();
    const ended = Promise.withResolvers<StreamEnd>();
    const bodies = deps.billing?.bodies;
    const tap = bodies && new StreamTap(bodies.bytes);
    const exchange = new StreamExchange({
      target,
      dialect,
      clock,
      passage: tap ? tap.on(passage) : passage,
      choices: choicesOf(course.asked),
      includeUsage,
      refusalIn: (error) => reader.refusalIn(error),
      settle(result) {
        if ('failure' in result)
          return resolve(failedAttempt(deps, { lease, call }, result.failure));
        const now = clock.now();
        lease.began(now);
        decision.firstContent(now);
        if (dropped.length > 0) decision.leftOut(dropped);
        const upstreamMs = now - startedAt;
        resolve({
          ok: true,
          reply: {
            stream: true,
            target,
            decision,
            body: result.body,
            dropped,
            upstreamMs,
            ended: ended.promise,
          },
        });
      },
      ended(end) {
        const { usage, failure } = end;
        const spent = usage ?? spentAtLeast(lease, end);
        const now = clock.now();
        const nanos = costFrom(deps, { target, course, now }, spent);
        if (usage) decision.counted(usage, nanos);
        else if (spent) decision.estimated(spent, nanos);
        endLease(deps, { lease, decision, call, now }, end);
        const error = failure && { error: failure.error };
        const told = { isEstimated: !usage, response: tap?.text(), ...error };
        closeBill(deps, call, { decision, target, spent, nanos, ...told });
        ended.resolve(end);
      },
    });
    const sent = { target, path, body, stream: true, startedAt };
    const request = upstreamRequest(deps, call, sent);
    const reader = new QuotaReader(exchange, { lease, decision, rules: target.quota, clock });
    exchange.controlledBy(callUpstream(clock, request, reader));
  });

/** Of a stream whose vendor has not counted: a message is a token, or nearly. */
const spentAtLeast = ({ expected }: Lease, { pieces }: StreamEnd): Spent | undefined =>
  pieces > 0 ? { ...expected, outputTokens: pieces } : undefined;

const endLease = (
  { log }: GatewayDeps,
  of: { lease: Lease; decision: DecisionBuilder; call: GatewayCall; now: number },
  { usage, pieces, failure }: StreamEnd,
): void => {
  const { lease, decision, call, now } = of;
  if (!failure) {
    lease.done(usage, now);
    decision.ended('ok', 200, now);
    return;
  }
  endFailed(lease, { call, kind: failure.kind, now });
  if (call.signal.aborted) decision.ended('abandoned', 499, now);
  else {
    decision.ended(failure.kind, failure.error.status, now);
    decision.failed(failure.error, now);
    const { deployment } = lease;
    log.warn(
      { deployment, kind: failure.kind, pieces },
      `stream broke off: ${failure.error.message}`,
    );
  }
};
