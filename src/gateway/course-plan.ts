import type { Lease } from '#balancer/admit.ts';
import type { Failure, Plan, Sent } from '#balancer/attempts.ts';
import type { FailureKind } from '#balancer/classify.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import type { Asking, Try } from '#gateway/ask.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { FallbackChain } from '#gateway/fallback-chain.ts';
import { retriesAfter } from '#gateway/retry-rules.ts';

interface PlanOf<Reply>
  extends Omit<Try, 'lease'>, Pick<Plan<Reply>, 'ask' | 'retries' | 'deadline'> {
  readonly deps: GatewayDeps;
  readonly call: GatewayCall;
  readonly how: Asking<Reply>;
  readonly chain: FallbackChain<Reply>;
}

/** How one course is asked. A class, whose functions are there before any request. */
export class CoursePlan<Reply> implements Plan<Reply> {
  readonly #of: PlanOf<Reply>;

  constructor(of: PlanOf<Reply>) {
    this.#of = of;
  }

  get ask(): Plan<Reply>['ask'] {
    return this.#of.ask;
  }

  get retries(): number {
    return this.#of.retries;
  }

  get deadline(): number {
    return this.#of.deadline;
  }

  get decision(): DecisionBuilder {
    return this.#of.decision;
  }

  get retryOnTimeout(): boolean {
    return this.#of.deps.settings.retryRules.onTimeout;
  }

  get retryAfterMs(): number {
    return this.#of.deps.settings.retryAfterMs;
  }

  retriesAfter(first: FailureKind, deployment: string): number | undefined {
    return retriesAfterFailure(this.#of.deps, first, deployment);
  }

  fallsBack(kind: FailureKind): boolean {
    const { chain, course } = this.#of;
    return chain.fallsBack(course, kind);
  }

  handedOn(failure: Failure | undefined): void {
    const { chain, course } = this.#of;
    chain.handedOn(course, failure);
  }

  send(lease: Lease): Promise<Sent<Reply>> {
    const { call, how, course, decision } = this.#of;
    call.line?.left();
    return how.send({ lease, course, decision });
  }
}

const retriesAfterFailure = (
  { settings, targets }: GatewayDeps,
  kind: FailureKind,
  deployment: string,
): number | undefined => {
  const spec = targets.get(deployment)?.spec;
  const of = { group: spec?.group ?? '', deploymentRetries: spec?.numRetries };
  return retriesAfter(kind, settings.retryRules, of);
};
