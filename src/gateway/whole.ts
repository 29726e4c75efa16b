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
  { model, speak }: WholeOptions,
): Promise<WholeReply> =>
  ask(deps, call, { model, send: (one) => sendWhole(deps, call, { one, speak }) });

interface Told {
  readonly one: Try;
  readonly speak: WholeOptions['speak'];
}

const sendWhole = (
  deps: GatewayDeps,
  call: GatewayCall,
  { one, speak }: Told,
): Promise<Sent<WholeReply>> => {
  const said = spokenTo(deps, one, speak);
  return said instanceof Promise
    ? said.then((late) => sendSaid(deps, call, { one, said: late }))
    : sendSaid(deps, call, { one, said });
};

const sendSaid = (
  deps: GatewayDeps,
  call: GatewayCall,
  { one, said }: { readonly one: Try; readonly said: Said<WholeSpoken> },
): Promise<Sent<WholeReply>> =>
  new Promise((resolve) => {
    if ('kind' in said) return resolve(failedAttempt(deps, { lease: one.lease, call }, said));
    new WholeTry({ deps, call, one, said, resolve }).start();
  });

interface WholeTryOptions {
  readonly deps: GatewayDeps;
  readonly call: GatewayCall;
  readonly one: Try;
  readonly said: { readonly target: Target; readonly spoken: WholeSpoken };
  readonly resolve: (sent: Sent<WholeReply>) => void;
}

/** What is sent in one try, and what its answer comes to. */
class WholeTry {
  readonly #of: WholeTryOptions;
  readonly #startedAt: number;

  constructor(of: WholeTryOptions) {
    this.#of = of;
    this.#startedAt = of.deps.clock.now();
  }

  start(): void {
    const { spoken } = this.#of.said;
    const { several } = spoken;
    if (!several) this.#send(spoken, this.#settle);
    else
      sendSeveral(
        several,
        (i, settle) => this.#send({ body: several.bodies[i]!, codec: several.codecFor(i) }, settle),
        this.#settle,
      );
  }

  /** One call to an upstream. */
  #send({ body, codec }: Pick<WholeSpoken, 'body' | 'codec'>, settle: Settle): CallControl {
    const { deps, call, one, said } = this.#of;
    const { target, spoken } = said;
    const exchange = new WholeExchange({
      target,
      replyBytes: deps.settings.limits.replyBytes,
      codec,
      refusalIn: (error) => reader.refusalIn(error),
      settle,
    });
    const { clock } = deps;
    const { lease, decision } = one;
    const to = { target, path: spoken.path, body, stream: false };
    const reader = new QuotaReader(exchange, { lease, decision, rules: target.quota, clock });
    return callUpstream(clock, upstreamRequest(deps, call, to), reader);
  }

  readonly #settle: Settle = (result) => {
    const { deps, call, one, said, resolve } = this.#of;
    const { lease, course, decision } = one;
    if ('failure' in result) return resolve(failedAttempt(deps, { lease, call }, result.failure));
    const { target, spoken } = said;
    const { dropped } = spoken;
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
    const upstreamMs = now - this.#startedAt;
    const reply = { stream: false, target, decision, answer, dropped, upstreamMs } as const;
    resolve({ ok: true, reply });
  };
}
