import type { Lease } from '#balancer/admit.ts';
import { type Plan, type Sent, runAttempts } from '#balancer/attempts.ts';
import type { FailureKind } from '#balancer/classify.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import { OwnSide } from '#balancer/own-side.ts';
import { SpillwayError } from '#core/errors.ts';
import { affinityOf } from '#gateway/affinity.ts';
import { type GatewayCall, type GatewayDeps, deadlineOf } from '#gateway/call.ts';
import { type Course, courseTo } from '#gateway/course.ts';
import { demandOf } from '#gateway/demand.ts';
import { FallbackChain } from '#gateway/fallback-chain.ts';
import type { FallbackRules } from '#gateway/fallbacks.ts';
import { needsOf } from '#gateway/needs.ts';
import { playedFailure } from '#gateway/played-failure.ts';
import { retriesAfter } from '#gateway/retry-rules.ts';

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
export const ask = async <Reply>(
  deps: GatewayDeps,
  call: GatewayCall,
  how: Asking<Reply>,
): Promise<Reply> => {
  const { settings, clock, groups } = deps;
  const of = { body: call.body, groups, rules: rulesOf(deps, call) };
  const first = courseTo({ model: how.model, params: {} }, of);
  const { progress } = call;
  const decision = newDecision(deps, call, first.groups[0]);
  progress.decision = decision;
  const own = new OwnSide(deps.ownCharges(call.tenant));
  const end = (): void => own.end(clock.now());
  const deadline = deadlineOf(call);
  const chain = new FallbackChain<Reply>({
    rules: of.rules,
    isKnown: ({ model }) => groups.find(model) !== undefined,
    courseTo: (target, where) => courseTo(target, of, where),
    taking: () => decision.taking,
    isOver: () => call.signal.aborted || clock.now() >= deadline,
    run: (course, watch) => {
      decision.turnedTo(course.groups);
      const asked = askOf(deps, call, course);
      progress.asked ??= asked;
      return runAttempts(deps, {
        ask: {
          ...asked,
          own,
          note: (place, routed) => {
            decision.waits(place, routed);
            call.line?.entered();
          },
        },
        retries: retriesOf(deps, call, { course, isFirst: course === first }),
        retriesAfter: (kind, deployment) => retriesAfterFailure(deps, kind, deployment),
        retryOnTimeout: settings.retryRules.onTimeout,
        retryAfterMs: settings.retryAfterMs,
        deadline,
        signal: call.signal,
        decision,
        ...watch,
        send: (lease) => {
          call.line?.left();
          return how.send({ lease, course, decision });
        },
      });
    },
  });
  try {
    const reply = await chain.ask(first);
    if (how.ended) void how.ended(reply).then(end);
    else end();
    return reply;
  } catch (thrown) {
    end();
    const error = SpillwayError.from(thrown);
    decision.failed(error, clock.now());
    throw isHopeless(decision) || clock.now() >= deadline ? error.with({ isFinal: true }) : error;
  }
};

/** Limits that no wait of a caller's lifts. */
const LASTING: ReadonlySet<string | undefined> = new Set(['money', 'too-large']);

const isHopeless = ({ outcomes }: DecisionBuilder): boolean =>
  outcomes.length > 0 && outcomes.every((outcome) => LASTING.has(outcome));

/** `group` is empty where it is refused before a group is found. */
export const newDecision = (
  { settings, clock }: GatewayDeps,
  { id, arrivedAt, tenant }: Pick<GatewayCall, 'id' | 'arrivedAt' | 'tenant'>,
  group: string,
): DecisionBuilder => {
  const wallMs = clock.wall() - (clock.now() - arrivedAt);
  const { policy } = settings;
  return new DecisionBuilder(id, group, { policy, arrivedMs: arrivedAt, wallMs, tenant });
};

/** The config's rules with what the caller says in their place. */
export const rulesOf = ({ settings }: GatewayDeps, { fallbacks }: GatewayCall): FallbackRules => {
  if (fallbacks?.isOff) return { any: {}, most: 0 };
  return fallbacks ? { ...settings.fallbacks, ...fallbacks.rules } : settings.fallbacks;
};

const retriesAfterFailure = (
  { settings, targets }: GatewayDeps,
  kind: FailureKind,
  deployment: string,
): number | undefined => {
  const spec = targets.get(deployment)?.spec;
  const of = { group: spec?.group ?? '', deploymentRetries: spec?.numRetries };
  return retriesAfter(kind, settings.retryRules, of);
};

/** Throws the failure that the caller wants played; one for quota is one try of several. */
const retriesOf = (
  { settings }: GatewayDeps,
  call: GatewayCall,
  { course, isFirst }: { readonly course: Course; readonly isFirst: boolean },
): number => {
  const retries = call.retries ?? settings.retries;
  const played = isFirst ? call.fallbacks?.played : undefined;
  if (played === undefined) return retries;
  if (played === 'rate-limit' && retries > 0) return retries - 1;
  throw playedFailure(played, course.groups[0]);
};

/** What a request asks of the balance. */
export const askOf = (
  { settings }: GatewayDeps,
  call: GatewayCall,
  { groups, pinned, models, asked }: Course,
): Plan<unknown>['ask'] => {
  const { arrivedAt, tenant, run, tags = [], patienceMs = Infinity } = call;
  const waitMs = call.queueMs ?? settings.queue.groups.get(groups[0]) ?? settings.queue.waitMs;
  const demand = demandOf(asked);
  const affinity = affinityOf(asked, { demand, tenant });
  const needs = needsOf(asked, { demand, checks: settings.preCallChecks });
  return {
    groups,
    demand,
    tenant,
    priority: call.priority,
    arrivedAt,
    waitUntil: Math.min(arrivedAt + Math.min(waitMs, patienceMs), deadlineOf(call)),
    stream: asked['stream'] === true,
    bytes: call.bytes,
    ...(run !== undefined && { run }),
    ...(affinity !== undefined && { affinity }),
    ...(pinned !== undefined && { pinned }),
    ...(models && { models }),
    ...(needs && { needs }),
    ...(settings.tagMatch && { tags: { tags, match: settings.tagMatch } }),
  };
};
