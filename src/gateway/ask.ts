import type { Lease } from '#balancer/admit.ts';
import { type Plan, type Sent, runAttempts } from '#balancer/attempts.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import type { LinePlace } from '#balancer/explanation.ts';
import { OwnSide } from '#balancer/own-side.ts';
import type { Routed } from '#balancer/route.ts';
import { SpillwayError } from '#core/errors.ts';
import { affinityOf } from '#gateway/affinity.ts';
import { closeBill, openBill, wishesOf } from '#gateway/billing.ts';
import { type GatewayCall, type GatewayDeps, deadlineOf } from '#gateway/call.ts';
import {
  type Course,
  type CourseDeps,
  NO_PARAMS,
  courseTo,
  type Whereabouts,
} from '#gateway/course.ts';
import { CoursePlan } from '#gateway/course-plan.ts';
import { type ChainOptions, FallbackChain } from '#gateway/fallback-chain.ts';
import type { FallbackRules, FallbackTarget } from '#gateway/fallbacks.ts';
import { needsOf } from '#gateway/needs.ts';
import { playedFailure } from '#gateway/played-failure.ts';

/** One try of a request: who takes it, and what it is asked for. */
export interface Try {
  readonly lease: Lease;
  readonly course: Course;
  readonly decision: DecisionBuilder;
}

export interface Asking<Reply> {
  /** As the caller calls it. */
  readonly model: string;
  /** Called once per try. */
  send(one: Try): Promise<Sent<Reply>>;
  /** Of a reply that goes on after it has begun. */
  ended?(reply: Reply): Promise<unknown>;
}

/** Runs one request through the loop, and where that fails through those of its fallbacks. */
export const ask = <Reply>(
  deps: GatewayDeps,
  call: GatewayCall,
  how: Asking<Reply>,
): Promise<Reply> => new Asked(deps, call, how).ask();

/** One request, from the first course that it takes to the last. */
class Asked<Reply> implements ChainOptions<Reply> {
  readonly rules: FallbackRules;
  readonly #deps: GatewayDeps;
  readonly #call: GatewayCall;
  readonly #how: Asking<Reply>;
  readonly #courses: CourseDeps;
  readonly #deadline: number;
  readonly #first: Course;
  readonly #decision: DecisionBuilder;
  readonly #chain: FallbackChain<Reply>;
  #own: OwnSide | undefined;

  constructor(deps: GatewayDeps, call: GatewayCall, how: Asking<Reply>) {
    this.#deps = deps;
    this.#call = call;
    this.#how = how;
    this.rules = rulesOf(deps, call);
    const { body, ownsMetadata } = call;
    this.#courses = { body, ownsMetadata, groups: deps.groups, rules: this.rules };
    this.#deadline = deadlineOf(call);
    this.#first = courseTo({ model: how.model, params: NO_PARAMS }, this.#courses);
    this.#decision = newDecision(deps, call, this.#first.groups[0]);
    this.#chain = new FallbackChain(this, this.#first);
  }

  ask(): Promise<Reply> {
    this.#call.progress.decision = this.#decision;
    try {
      this.#own = this.#openAccounts();
      return this.run(this.#first).then(
        (reply) => this.#served(reply),
        (thrown: unknown) => this.#instead(thrown),
      );
    } catch (thrown) {
      return Promise.reject(this.#failed(SpillwayError.from(thrown)));
    }
  }

  async #instead(thrown: unknown): Promise<Reply> {
    try {
      return this.#served(await this.#chain.instead(this.#first, thrown));
    } catch (failure) {
      throw this.#failed(SpillwayError.from(failure));
    }
  }

  #served(reply: Reply): Reply {
    const ended = this.#how.ended?.(reply);
    if (ended) void ended.then(() => this.#end());
    else this.#end();
    return reply;
  }

  #failed(error: SpillwayError): SpillwayError {
    // Refused by its own payers, it has asked nobody yet: whoever wants to know why asks for it again.
    this.#call.progress.asked ??= askOf(this.#deps, this.#call, this.#first);
    closeBill(this.#deps, this.#call, { decision: this.#decision, error });
    this.#end();
    const now = this.#deps.clock.now();
    this.#decision.failed(error, now);
    const isFinal = isHopeless(this.#decision) || now >= this.#deadline;
    return isFinal ? error.with({ isFinal: true }) : error;
  }

  waits(place: LinePlace, routed: Routed): void {
    this.#decision.waits(place, routed);
    this.#call.line?.entered();
  }

  isKnown({ model }: FallbackTarget): boolean {
    return this.#deps.groups.find(model) !== undefined;
  }

  courseTo(target: FallbackTarget, where: Whereabouts): Course {
    return courseTo(target, this.#courses, where);
  }

  taking(): string {
    return this.#decision.taking;
  }

  isOver(): boolean {
    return this.#call.signal.aborted || this.#deps.clock.now() >= this.#deadline;
  }

  run(course: Course): Promise<Reply> {
    const deps = this.#deps;
    const call = this.#call;
    const decision = this.#decision;
    decision.turnedTo(course.groups);
    const asked = askOf(deps, call, course);
    asked.own = this.#own;
    asked.budgets = call.progress.bill?.upstream;
    asked.hears = this;
    call.progress.asked ??= asked;
    const retries = retriesOf(deps, call, { course, isFirst: course === this.#first });
    if (typeof retries !== 'number') return Promise.reject(retries);
    const plan = new CoursePlan({
      deps,
      call,
      how: this.#how,
      course,
      decision,
      chain: this.#chain,
      ask: asked,
      retries,
      deadline: this.#deadline,
    });
    return runAttempts(deps, plan);
  }

  /** Puts it on its payers' bill; what is to be taken when it leaves the line, if anything. */
  #openAccounts(): OwnSide | undefined {
    const deps = this.#deps;
    const call = this.#call;
    const everybody = deps.ownCharges(call.tenant);
    openBill(deps, call, this.#first);
    const inLine = call.progress.bill?.inLine;
    const charges = inLine ? [...everybody, ...inLine] : everybody;
    return charges.length > 0 ? new OwnSide(charges) : undefined;
  }

  #end(): void {
    this.#own?.end(this.#deps.clock.now(), this.#call.progress.bill?.cost);
  }
}

/** Limits that no wait of a caller's lifts. */
const LASTING: ReadonlySet<string | undefined> = new Set(['money', 'too-large']);

const isHopeless = ({ outcomes }: DecisionBuilder): boolean =>
  outcomes.length > 0 && outcomes.every((outcome) => LASTING.has(outcome));

const newDecision = (
  { settings }: GatewayDeps,
  { id, arrivedAt, wallMs, tenant }: GatewayCall,
  group: string,
): DecisionBuilder => {
  const { policy } = settings;
  return new DecisionBuilder(id, group, { policy, arrivedMs: arrivedAt, wallMs, tenant });
};

/** The config's rules with what the caller says in their place. */
export const rulesOf = ({ settings }: GatewayDeps, { fallbacks }: GatewayCall): FallbackRules => {
  if (fallbacks?.isOff) return { any: {}, most: 0 };
  return fallbacks ? { ...settings.fallbacks, ...fallbacks.rules } : settings.fallbacks;
};

/** The failure itself where the caller wants one played; one for quota is one try of several. */
const retriesOf = (
  { settings }: GatewayDeps,
  call: GatewayCall,
  { course, isFirst }: { readonly course: Course; readonly isFirst: boolean },
): number | SpillwayError => {
  const retries = call.retries ?? settings.retries;
  const played = isFirst ? call.fallbacks?.played : undefined;
  if (played === undefined) return retries;
  if (played === 'rate-limit' && retries > 0) return retries - 1;
  return playedFailure(played, course.groups[0]);
};

/** What a request asks of the balance. */
export const askOf = (
  deps: GatewayDeps,
  call: GatewayCall,
  { groups, pinned, models, asked, demand }: Course,
): Plan<unknown>['ask'] => {
  const { settings } = deps;
  const { arrivedAt, tenant, run, tags = [], patienceMs = Infinity } = call;
  const waitMs = call.queueMs ?? settings.queue.groups.get(groups[0]) ?? settings.queue.waitMs;
  const waitUntil = Math.min(arrivedAt + Math.min(waitMs, patienceMs), deadlineOf(call));
  // One shape for all, whatever they ask for.
  return {
    groups,
    tried: NONE,
    signal: call.signal,
    retryable: undefined,
    hasFallback: undefined,
    demand,
    tenant,
    priority: call.priority,
    arrivedAt,
    waitUntil,
    stream: asked['stream'] === true,
    bytes: call.bytes,
    run,
    affinity: affinityOf(asked, { demand, tenant }),
    pinned: call.pinned ?? pinned,
    models,
    needs: needsOf(asked, {
      demand,
      checks: settings.preCallChecks,
      region: wishesOf(deps, call)?.allowed_model_region,
    }),
    tags: settings.tagMatch && { tags, match: settings.tagMatch },
    own: undefined,
    budgets: undefined,
    hears: undefined,
  };
};

const NONE: ReadonlySet<string> = new Set();
