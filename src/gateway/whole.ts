import type { Sent } from '#balancer/attempts.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { type Try, ask } from '#gateway/ask.ts';
import { failedAttempt, targetOf, upstreamRequest } from '#gateway/attempt.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { Course } from '#gateway/course.ts';
import { filteredFailure } from '#gateway/upstream-failure.ts';
import { QuotaReader } from '#gateway/quota-reader.ts';
import { type ReplyCodec, type WholeAnswer, WholeExchange } from '#gateway/whole-exchange.ts';
import type { Operation } from '#providers/provider.ts';
import { callUpstream } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';

/** What an operation knows of its bodies. */
export interface WholeCodec extends ReplyCodec {
  readonly operation: Operation;
  /** The body for this deployment, as JSON. */
  write(target: Target, course: Course): string;
}

export interface WholeReply {
  readonly stream: false;
  readonly target: Target;
  readonly decision: DecisionBuilder;
  readonly answer: WholeAnswer;
  /** Time spent waiting for the upstream that answered, ms. */
  readonly upstreamMs: number;
}

/** One request with one whole reply, of any operation: chosen, sent, retried, counted. */
export const askWhole = (
  deps: GatewayDeps,
  call: GatewayCall,
  { model, codec }: { readonly model: string; readonly codec: WholeCodec },
): Promise<WholeReply> =>
  ask(deps, call, {
    model,
    send: (one) => sendWhole(deps, call, { ...one, codec }),
  });

const sendWhole = (
  deps: GatewayDeps,
  call: GatewayCall,
  { lease, course, codec, decision }: Try & { readonly codec: WholeCodec },
): Promise<Sent<WholeReply>> =>
  new Promise((resolve) => {
    const { operation } = codec;
    const found = targetOf(deps, { lease, course }, { operation, stream: false });
    if ('kind' in found) return resolve(failedAttempt(deps, { lease, call }, found));
    const { target, path } = found;
    const startedAt = deps.clock.now();
    const exchange = new WholeExchange({
      target,
      replyBytes: deps.settings.limits.replyBytes,
      codec,
      refusalIn: (error) => reader.refusalIn(error),
      settle(result) {
        if ('failure' in result)
          return resolve(failedAttempt(deps, { lease, call }, result.failure));
        const now = deps.clock.now();
        lease.began(now);
        lease.done(result.answer.usage, now);
        if (result.answer.usage) decision.counted(result.answer.usage);
        const { answer } = result;
        if (answer.isFiltered && course.filteredFails)
          return resolve({ ok: false, ...filteredFailure(target) });
        decision.ended('ok', 200, now);
        const upstreamMs = now - startedAt;
        resolve({ ok: true, reply: { stream: false, target, decision, answer, upstreamMs } });
      },
    });
    const body = codec.write(target, course);
    const request = upstreamRequest(deps, call, { target, path, body, stream: false });
    const { clock } = deps;
    const reader = new QuotaReader(exchange, { lease, decision, rules: target.quota, clock });
    callUpstream(clock, request, reader);
  });
