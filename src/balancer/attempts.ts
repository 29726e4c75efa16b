import type { Admission, Admit, AdmitRequest, Lease } from '#balancer/admit.ts';
import { AttemptsError } from '#balancer/attempts-error.ts';
import { backoffMs } from '#balancer/backoff.ts';
import { effectOf, type FailureKind } from '#balancer/classify.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import { noDeployment } from '#balancer/refusal-error.ts';
import { type Clock, sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Random } from '#core/random.ts';

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
  /** What is asked of the balance, but for what has been tried. */
  readonly ask: Omit<AdmitRequest, 'tried' | 'signal'>;
  /** Further tries after the first one, ≥ 0. */
  readonly retries: number;
  /** Shortest pause before a try that has no other deployment to go to, ms. */
  readonly retryAfterMs: number;
  /** When the caller stops waiting, monotonic ms (Infinity: never). No try begins after it. */
  readonly deadline: number;
  readonly signal: AbortSignal;
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
}

/**
 * Refusals for quota that one request may meet without using up its tries: the ledger has learned
 * from each and the request goes back in line, with its age.
 */
const MOST_REFUSALS = 6;

const NONE: ReadonlySet<string> = new Set();

/**
 * The one loop: asks for a deployment, sends, and goes on to another one until a reply begins or
 * `retries` or the caller's time are spent. When all have been tried it pauses and begins again with
 * those that a pause may mend. Throws an AttemptsError: with what fails everywhere, else with the
 * first failure, as LiteLLM does; `no_deployment` when nobody could take the request.
 */
export const runAttempts = async <Reply>(deps: AttemptsDeps, plan: Plan<Reply>): Promise<Reply> => {
  let groups = plan.ask.groups;
  let failures: Failure[] = [];
  // Whose key was refused, or who lacks the model, will say the same however long one waits.
  let refused = NONE;
  let tried = NONE;
  let tries = 0;
  for (;;) {
    const admission = await admitted(deps, plan, { groups, tried, failures });
    plan.decision.admitted(admission);
    if (!admission.lease) {
      if (tried.size === refused.size)
        throw failures[0] ? new AttemptsError(failures[0]) : noDeployment(admission.routed.out);
      if (plan.fallsBack?.(failures[0]!.kind)) throw new AttemptsError(failures[0]!);
      await pause(deps, plan, failures);
      tried = refused;
      continue;
    }
    if (admission.group !== groups[0]) {
      // Another group has it now, with tries of its own.
      plan.handedOn?.(failures[0]);
      groups = [admission.group, ...groups.slice(groups.indexOf(admission.group) + 1)];
      [failures, tried, refused, tries] = [[], NONE, NONE, 0];
    }
    const { deployment } = admission.lease;
    plan.decision.attemptStarted(deployment, deps.clock.now());
    const sent = await plan.send(admission.lease);
    if (sent.ok) return sent.reply;
    plan.decision.attemptFailed(sent.kind, sent.error.status, deps.clock.now());
    failures.push(sent);
    const { retry } = effectOf(sent.kind);
    const isFree = retry === 'free' && failures.length - tries <= MOST_REFUSALS;
    if (!isFree) {
      tries++;
      tried = tried.union(new Set([deployment]));
    }
    if (retry === 'elsewhere') refused = refused.union(new Set([deployment]));
    const spent = tries > plan.retries || deps.clock.now() >= plan.deadline;
    if (retry === 'never') throw new AttemptsError(sent);
    if (spent || plan.signal.aborted) throw new AttemptsError(failures[0]!);
  }
};

/** Asks for a deployment. What has failed before is told, with the wait that is known by now. */
const admitted = (
  deps: AttemptsDeps,
  plan: Plan<unknown>,
  so: {
    groups: AdmitRequest['groups'];
    tried: ReadonlySet<string>;
    failures: readonly Failure[];
  },
): Promise<Admission> => {
  const { groups, tried } = so;
  const admission = deps.admit({ ...plan.ask, groups, tried, signal: plan.signal });
  const [first] = so.failures;
  if (!first) return admission;
  return admission.catch((thrown: unknown) => {
    if (plan.signal.aborted || !(thrown instanceof SpillwayError)) throw thrown;
    throw new AttemptsError(first, thrown.retryAfterMs ?? first.error.retryAfterMs);
  });
};

/** Throws the first failure at once where the pause would outlast the caller. */
const pause = async (
  deps: AttemptsDeps,
  plan: Plan<unknown>,
  failures: readonly Failure[],
): Promise<void> => {
  const waitMs = pauseMs(deps, plan, failures);
  if (deps.clock.now() + waitMs >= plan.deadline) throw new AttemptsError(failures[0]!);
  await sleep(deps.clock, waitMs, plan.signal);
};

const pauseMs = (
  { random }: AttemptsDeps,
  { retryAfterMs: leastMs }: Plan<unknown>,
  failures: readonly Failure[],
): number => {
  const hintMs = failures.at(-1)?.retryAfterMs;
  return backoffMs(failures.length - 1, {
    leastMs,
    random,
    ...(hintMs !== undefined && { hintMs }),
  });
};
