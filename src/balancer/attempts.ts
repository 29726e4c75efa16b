import type { Admission, Admit, AdmitRequest, Lease } from '#balancer/admit.ts';
import { AttemptsError } from '#balancer/attempts-error.ts';
import { backoffMs } from '#balancer/backoff.ts';
import { effectOf, type FailureKind } from '#balancer/classify.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { noDeployment } from '#balancer/refusal-error.ts';
import type { RetryBudgets } from '#balancer/retry-budget.ts';
import { type Clock, sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Random } from '#core/random.ts';
import type { Writable } from '#core/writable.ts';

/** What one try came to, before anything has reached the caller. */
export type Sent<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | ({ readonly ok: false } & Failure);

export interface Failure {
  readonly kind: FailureKind;
  readonly error: SpillwayError;
  /** The upstream's own hint, ms. */
  readonly retryAfterMs?: number;
}

export interface Plan<Reply> {
  /** What is asked of the balance: the same for all tries, into which is written what changes. */
  readonly ask: Writable<AdmitRequest>;
  /** Further tries after the first one, ≥ 0. */
  readonly retries: number;
  /**
   * What the config says of a request whose first failure was this one, in place of `retries`. A
   * number lets even that be tried again which fails the same everywhere. Absent: it says nothing.
   */
  retriesAfter?(first: FailureKind, deployment: string): number | undefined;
  /** A call that timed out may have run: whether it is sent again all the same. */
  readonly retryOnTimeout: boolean;
  /** Shortest pause before a try that has no other deployment to go to, ms. */
  readonly retryAfterMs: number;
  /** When the caller stops waiting, monotonic ms (Infinity: never). No try begins after it. */
  readonly deadline: number;
  readonly decision: DecisionBuilder;
  /** Whether, after such a failure, another group would be asked: then nobody pauses for this one. */
  fallsBack?(kind: FailureKind): boolean;
  /** A later group has taken it; `failure`: the first one of the group before, if it had any. */
  handedOn?(failure: Failure | undefined): void;
  /** Sends once; must end the lease when it fails, and keeps it when it returns a reply. */
  send(lease: Lease): Promise<Sent<Reply>>;
}

export interface AttemptsDeps {
  readonly admit: Admit;
  readonly clock: Clock;
  readonly random: Random;
  readonly budgets: RetryBudgets;
}

/**
 * Refusals for quota that one request may meet without using up its tries: the ledger has learned
 * from each and the request goes back in line, with its age.
 */
const MOST_REFUSALS = 6;

const NONE: ReadonlySet<string> = new Set();
const NO_FAILURES: readonly Failure[] = [];

/**
 * The one loop: asks for a deployment, sends, and goes on to another one until a reply begins or
 * `retries`, the group's budget or the caller's time are spent. When all have been tried it pauses and
 * begins again with those that a pause may mend. Throws an AttemptsError: with what fails everywhere,
 * else with the first failure, as LiteLLM does; `no_deployment` when nobody could take the request.
 */
export const runAttempts = <Reply>(deps: AttemptsDeps, plan: Plan<Reply>): Promise<Reply> =>
  new Attempts(deps, plan).run();

class Attempts<Reply> {
  readonly #deps: AttemptsDeps;
  readonly #plan: Plan<Reply>;
  #ask: Plan<Reply>['ask'];
  /** The one that has it, then those that may take it while that is out of quota. */
  #groups: AdmitRequest['groups'];
  #failures: readonly Failure[] = NO_FAILURES;
  /** Whose key was refused, or who lacks the model, will say the same however long one waits. */
  #refused = NONE;
  #tried = NONE;
  #tries = 0;
  /** What the config says of the first failure. */
  #stated: number | undefined;

  constructor(deps: AttemptsDeps, plan: Plan<Reply>) {
    this.#deps = deps;
    this.#plan = plan;
    this.#ask = plan.ask;
    this.#groups = plan.ask.groups;
  }

  async run(): Promise<Reply> {
    const { clock, budgets } = this.#deps;
    const { decision } = this.#plan;
    let now = clock.now();
    budgets.earn(this.#groups[0], now);
    for (; ; now = clock.now()) {
      const admitted = this.#admitted(now);
      // Most are admitted at once: to wait for what is there takes a turn of the queue of promises.
      const admission = admitted instanceof Promise ? await admitted : admitted;
      if (admission.queueMs > 0) now = clock.now();
      decision.admitted(admission);
      if (!admission.lease) {
        await this.#pause(admission);
        continue;
      }
      if (admission.group !== this.#groups[0]) this.#handOn(admission.group);
      const { deployment } = admission.lease;
      decision.attemptStarted(deployment, now);
      const sent = await this.#plan.send(admission.lease);
      if (sent.ok) return sent.reply;
      // Cut off because its caller has left, it says nothing of the deployment.
      const outcome = this.#ask.signal.aborted ? 'abandoned' : sent.kind;
      decision.attemptFailed(outcome, sent.error.status, clock.now());
      this.#note(sent, deployment);
      if (!this.#goesOn(sent)) throw this.#error(sent);
    }
  }

  #most(): number {
    return this.#stated ?? this.#plan.retries;
  }

  /** Whether another group is asked when nobody of this one can serve. */
  #hasFallback(): boolean {
    return this.#plan.fallsBack?.(this.#failures[0]?.kind ?? 'connect') ?? false;
  }

  /** Asks for a deployment. What has failed before is told, with the wait that is known by now. */
  #admitted(now: number): ReturnType<Admit> {
    const admission = this.#deps.admit(this.#asked(now), now);
    const first = this.#failures[0];
    return first && admission instanceof Promise ? this.#afterFailure(first, admission) : admission;
  }

  #afterFailure(first: Failure, admission: Promise<Admission>): Promise<Admission> {
    return admission.catch((thrown: unknown) => {
      if (this.#ask.signal.aborted || !(thrown instanceof SpillwayError)) throw thrown;
      throw new AttemptsError(first, thrown.retryAfterMs ?? first.error.retryAfterMs);
    });
  }

  /** With what would become of it after one more failure. */
  #asked(now: number): AdmitRequest {
    const hasFallback = this.#hasFallback();
    const canRetry = this.#tries < this.#most() && this.#deps.budgets.has(this.#groups[0], now);
    this.#ask.tried = this.#tried;
    this.#ask.retryable = canRetry || hasFallback;
    this.#ask.hasFallback = hasFallback;
    return this.#ask;
  }

  /** Another group has it now, with tries of its own. */
  #handOn(group: string): void {
    this.#plan.handedOn?.(this.#failures[0]);
    this.#groups = [group, ...this.#groups.slice(this.#groups.indexOf(group) + 1)];
    // What was asked first stays as it was, for whoever wants to know.
    this.#ask = { ...this.#ask, groups: this.#groups };
    [this.#failures, this.#tried, this.#refused, this.#tries] = [NO_FAILURES, NONE, NONE, 0];
    this.#stated = undefined;
    this.#deps.budgets.earn(group);
  }

  #note(failure: Failure, deployment: string): void {
    this.#failures = [...this.#failures, failure];
    if (this.#failures.length === 1)
      this.#stated = this.#plan.retriesAfter?.(failure.kind, deployment);
    const { retry } = effectOf(failure.kind);
    const refusals = this.#failures.length - this.#tries;
    const isFree = retry === 'free' && this.#stated === undefined && refusals <= MOST_REFUSALS;
    if (isFree) return;
    this.#tries++;
    this.#tried = this.#tried.union(new Set([deployment]));
    if (retry === 'elsewhere') this.#refused = this.#refused.union(new Set([deployment]));
  }

  #goesOn({ kind }: Failure): boolean {
    const { clock, budgets } = this.#deps;
    const { deadline, retryOnTimeout } = this.#plan;
    const { retry } = effectOf(kind);
    if (this.#tries > this.#most() || clock.now() >= deadline || this.#ask.signal.aborted)
      return false;
    if (retry === 'free' || retry === 'elsewhere') return true;
    const isStated = this.#stated !== undefined && kind === this.#failures[0]!.kind;
    const isWanted = retry === 'budget' || (retry === 'timeout' && retryOnTimeout);
    return (isWanted || isStated) && budgets.spend(this.#groups[0]);
  }

  /** What fails everywhere is the caller's to hear; else what went wrong first says the most. */
  #error(last: Failure): AttemptsError {
    return new AttemptsError(effectOf(last.kind).retry === 'never' ? last : this.#failures[0]!);
  }

  /** Throws at once where a pause mends nothing, or would outlast the caller. */
  async #pause({ routed }: Admission): Promise<void> {
    const { clock, random } = this.#deps;
    const { deadline, retryAfterMs: leastMs } = this.#plan;
    const [first] = this.#failures;
    if (!first) throw noDeployment(routed.out);
    const hintMs = this.#failures.at(-1)?.retryAfterMs;
    const hint = hintMs === undefined ? {} : { hintMs };
    const waitMs = backoffMs(this.#failures.length - 1, { leastMs, random, ...hint });
    const isVain = this.#tried.size === this.#refused.size || clock.now() + waitMs >= deadline;
    if (this.#hasFallback() || isVain) throw new AttemptsError(first);
    await sleep(clock, waitMs, this.#ask.signal);
    this.#tried = this.#refused;
  }
}
