import type { Sent } from '#balancer/attempts.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { type Try, ask } from '#gateway/ask.ts';
import { type Said, failedAttempt, spokenTo, upstreamRequest } from '#gateway/attempt.ts';
import { closeBill } from '#gateway/billing.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { costFrom } from '#gateway/cost.ts';
import type { Course } from '#gateway/course.ts';
import { answerJson } from '#gateway/kept-body.ts';
import { filteredFailure } from '#gateway/upstream-failure.ts';
import { QuotaReader } from '#gateway/quota-reader.ts';
import { type Settle, type Several, sendSeveral } from '#gateway/several.ts';
import { type ReplyCodec, type WholeAnswer, WholeExchange } from '#gateway/whole-exchange.ts';
import { type CallControl, callUpstream } from '#upstream/call.ts';
import type { Target } from '#upstream/target.ts';

/** A request as one deployment gets it, and how its answer is read. */
export interface WholeSpoken {
  readonly path: string;
  /** JSON. */
  readonly body: string;
  /** The caller's parameters that are not in it. */
  readonly dropped: readonly string[];
  readonly codec: ReplyCodec;
  /** In the place of `body` and `codec`, where one call is not enough. */
  readonly several?: Several;
}

export interface WholeOptions {
  readonly model: string;
  /** Throws SpillwayError where the deployment cannot be asked for this. */
  readonly speak: (target: Target, course: Course) => WholeSpoken | Promise<WholeSpoken>;
}

export interface WholeReply {
  readonly stream: false;
  readonly target: Target;
  readonly decision: DecisionBuilder;
  readonly answer: WholeAnswer;
  readonly dropped: readonly string[];
  /** Time spent waiting for the upstream that answered, ms. */
  readonly upstreamMs: number;
}

/** One request with one whole reply, of any operation: chosen, sent, retried, counted. */
export const askWhole = (
  deps: GatewayDeps,
  call: GatewayCall,
  options: WholeOptions,
): Promise<WholeReply> =>
  ask(deps, call, {
    model: options.model,
    send: ({ lease, course, decision }) =>
      sendWhole(deps, call, { lease, course, decision, speak: options.speak }),
  });

const sendWhole = (
  deps: GatewayDeps,
  call: GatewayCall,
  { lease, course, decision, speak }: Try & Pick<WholeOptions, 'speak'>,
): Promise<Sent<WholeReply>> => {
  const said = spokenTo(deps, lease, (target) => speak(target, course));
  const send = (late: Said<WholeSpoken>): Promise<Sent<WholeReply>> =>
    sendSaid(deps, call, { lease, course, decision, said: late });
  return said instanceof Promise ? said.then(send) : send(said);
};

const sendSaid = (
  deps: GatewayDeps,
  call: GatewayCall,
  { lease, course, decision, said }: Try & { readonly said: Said<WholeSpoken> },
): Promise<Sent<WholeReply>> =>
  new Promise((resolve) => {
    if ('kind' in said) return resolve(failedAttempt(deps, { lease, call }, said));
    const { target, spoken } = said;
    const { path, body, dropped, codec, several } = spoken;
    const startedAt = deps.clock.now();
    const settle: Settle = (result) => {
      if ('failure' in result) return resolve(failedAttempt(deps, { lease, call }, result.failure));
      const now = deps.clock.now();
      lease.began(now);
      lease.done(result.answer.usage, now);
      const { answer } = result;
      const { usage } = answer;
      const spent = usage ?? lease.expected;
      const nanos = costFrom(deps, { target, course }, spent);
      if (usage) decision.counted(usage, nanos);
      else decision.estimated(spent, nanos);
      if (answer.isFiltered && course.filteredFails)
        return resolve({ ok: false, ...filteredFailure(target) });
      decision.ended('ok', 200, now);
      const response = deps.billing?.bodies && answerJson(answer.bytes);
      closeBill(deps, call, { decision, target, spent, nanos, isEstimated: !usage, response });
      if (dropped.length > 0) decision.leftOut(dropped);
      const upstreamMs = now - startedAt;
      const reply = { stream: false, target, decision, answer, dropped, upstreamMs } as const;
      resolve({ ok: true, reply });
    };
    const of = { lease, decision, call, target, path };
    if (!several) sendOne(deps, of, { body, codec, settle });
    else
      sendSeveral(
        several,
        (i, settleOne) => {
          const one = { body: several.bodies[i]!, codec: several.codecFor(i), settle: settleOne };
          return sendOne(deps, of, one);
        },
        settle,
      );
  });

interface Sending extends Pick<Try, 'lease' | 'decision'> {
  readonly call: GatewayCall;
  readonly target: Target;
  readonly path: string;
}

/** One call to an upstream. */
const sendOne = (
  deps: GatewayDeps,
  { lease, decision, call, target, path }: Sending,
  { body, codec, settle }: Pick<WholeSpoken, 'body' | 'codec'> & { readonly settle: Settle },
): CallControl => {
  const exchange = new WholeExchange({
    target,
    replyBytes: deps.settings.limits.replyBytes,
    codec,
    refusalIn: (error) => reader.refusalIn(error),
    settle,
  });
  const request = upstreamRequest(deps, call, { target, path, body, stream: false });
  const { clock } = deps;
  const reader = new QuotaReader(exchange, { lease, decision, rules: target.quota, clock });
  return callUpstream(clock, request, reader);
};
