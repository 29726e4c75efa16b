import type { Lease } from '#balancer/admit.ts';
import type { Failure, Plan, Sent } from '#balancer/attempts.ts';
import type { FailureKind } from '#balancer/classify.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import type { Asking, Try } from '#gateway/ask.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { CourseWatch } from '#gateway/fallback-chain.ts';
import { retriesAfter } from '#gateway/retry-rules.ts';

interface PlanOf<Reply> extends Omit<Try, 'lease'> {
  readonly deps: GatewayDeps;
  readonly call: GatewayCall;
  readonly how: Asking<Reply>;
  readonly watch: CourseWatch;
}

/** How one course is asked. A class, whose functions are there before any request. */
export class CoursePlan<Reply> implements Plan<Reply> {
  readonly ask: Plan<Reply>['ask'];
  readonly retries: number;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly decision: DecisionBuilder;
  readonly #of: PlanOf<Reply>;

  constructor(
    of: PlanOf<Reply>,
    { ask, retries, deadline }: Pick<Plan<Reply>, 'ask' | 'retries' | 'deadline'>,
  ) {
    this.ask = ask;
    this.retries = retries;
    this.deadline = deadline;
    this.signal = of.call.signal;
    this.decision = of.decision;
    this.#of = of;
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
    return this.#of.watch.fallsBack(kind);
  }

  handedOn(failure: Failure | undefined): void {
    this.#of.watch.handedOn(failure);
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
