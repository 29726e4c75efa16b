import type { Sent } from '#balancer/attempts.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { type Asking, type Try, ask } from '#gateway/ask.ts';
import {
  type Said,
  type Speaker,
  failedAttempt,
  spokenTo,
  upstreamRequest,
} from '#gateway/attempt.ts';
import { closeBill } from '#gateway/billing.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { costFrom } from '#gateway/cost.ts';
import { answerJson } from '#gateway/kept-body.ts';
import { filteredFailure } from '#gateway/upstream-failure.ts';
import { QuotaReader } from '#gateway/quota-reader.ts';
import { type Several, sendSeveral } from '#gateway/several.ts';
import {
  type ReplyCodec,
  type Settling,
  type WholeAnswer,
  WholeExchange,
  type WholeResult,
} from '#gateway/whole-exchange.ts';
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

export interface WholeOptions extends Speaker<WholeSpoken> {
  readonly model: string;
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
): Promise<WholeReply> => ask(deps, call, new WholeAsking(deps, call, options));

/** A class, whose functions are there before any request. */
class WholeAsking implements Asking<WholeReply> {
  readonly model: string;
  readonly deps: GatewayDeps;
  readonly call: GatewayCall;
  readonly #speaker: WholeOptions;

  constructor(deps: GatewayDeps, call: GatewayCall, options: WholeOptions) {
    this.model = options.model;
    this.deps = deps;
    this.call = call;
    this.#speaker = options;
  }

  send(one: Try): Promise<Sent<WholeReply>> {
    const said = spokenTo(this.deps, one, this.#speaker);
    return said instanceof Promise
      ? said.then((late) => this.#sendSaid(one, late))
      : this.#sendSaid(one, said);
  }

  #sendSaid(one: Try, said: Said<WholeSpoken>): Promise<Sent<WholeReply>> {
    if ('kind' in said) {
      const { deps, call } = this;
      return Promise.resolve(failedAttempt(deps, { lease: one.lease, call }, said));
    }
    return new Promise((resolve) => new WholeTry(this, one, { said, resolve }).start());
  }
}

interface Sending {
  readonly said: { readonly target: Target; readonly spoken: WholeSpoken };
  readonly resolve: (sent: Sent<WholeReply>) => void;
}

/** What is sent in one try, and what its answer comes to. */
class WholeTry implements Settling {
  readonly #of: WholeAsking;
  readonly #one: Try;
  readonly #sending: Sending;
  readonly #startedAt: number;

  constructor(of: WholeAsking, one: Try, sending: Sending) {
    this.#of = of;
    this.#one = one;
    this.#sending = sending;
    this.#startedAt = of.deps.clock.now();
  }

  start(): void {
    const { spoken } = this.#sending.said;
    const { several } = spoken;
    if (several) this.#sendSeveral(several);
    else this.#send(spoken, this, this.#startedAt);
  }

  #sendSeveral(several: Several): void {
    const { clock } = this.#of.deps;
    sendSeveral(
      several,
      (i, settle) => {
        const one = { body: several.bodies[i]!, codec: several.codecFor(i) };
        return this.#send(one, { settle }, clock.now());
      },
      (result) => this.settle(result),
    );
  }

  /** One call to an upstream. */
  #send(
    { body, codec }: Pick<WholeSpoken, 'body' | 'codec'>,
    to: Settling,
    startedAt: number,
  ): CallControl {
    const { deps, call } = this.#of;
    const { clock, settings } = deps;
    const { target, spoken } = this.#sending.said;
    const { lease, decision } = this.#one;
    const { replyBytes } = settings.limits;
    const exchange = new WholeExchange({ target, replyBytes, codec, to });
    const request = { target, path: spoken.path, body, stream: false, startedAt };
    const reader = new QuotaReader(exchange, { lease, decision, rules: target.quota, clock });
    exchange.limits = reader;
    return callUpstream(clock, upstreamRequest(deps, call, request), reader);
  }

  settle(result: WholeResult): void {
    const { deps, call } = this.#of;
    const { lease, course, decision } = this.#one;
    const { said, resolve } = this.#sending;
    if ('failure' in result) return resolve(failedAttempt(deps, { lease, call }, result.failure));
    const { target, spoken } = said;
    const { dropped } = spoken;
    const now = deps.clock.now();
    lease.began(now);
    lease.done(result.answer.usage, now);
    const { answer } = result;
    const { usage } = answer;
    const spent = usage ?? lease.expected;
    const nanos = costFrom(deps, { target, course, now }, spent);
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
  }
}
