import type { AdmitRequest } from '#balancer/admit.ts';
import type { Member } from '#balancer/member.ts';
import { OwnSide } from '#balancer/own-side.ts';
import { SpillwayError } from '#core/errors.ts';
import type { EventClock } from '#core/event-clock.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { type Course, courseTo } from '#gateway/course.ts';
import { Tally } from '#plan/tally.ts';
import type { TrafficRequest } from '#plan/traffic.ts';

export interface ReplayDeps {
  readonly clock: EventClock;
  /** Built on that clock. */
  readonly gateway: Pick<GatewayDeps, 'admit' | 'groups' | 'settings' | 'ownCharges'>;
  readonly members: readonly Member[];
}

/** What is left over when the last request has ended, ms. */
const TAIL_MS = 60_000;
/** What of a prompt its frame is taken to be: see `Demand`. */
const FRAME_TOKENS = 8;
const CHARS_PER_TOKEN = 4;

/**
 * Lets the requests come as they came, on a clock that does not wait, and be chosen, put in line and
 * refused as the gateway would. What each takes once it is sent is as logged; no vendor refuses.
 */
export const replay = async (
  deps: ReplayDeps,
  requests: readonly TrafficRequest[],
): Promise<Tally> => {
  const { clock } = deps;
  const tally = new Tally(deps.members, requests);
  const courses = new Map<string, Course | undefined>();
  const [first] = requests;
  if (!first) return tally;
  let fault: unknown;
  const arrive = (index: number): void => {
    const request = requests[index];
    if (!request) return;
    clock.at(request.wallMs - first.wallMs, () => {
      arrive(index + 1);
      const { model } = request;
      if (!courses.has(model)) courses.set(model, courseOf(deps, model));
      const course = courses.get(model);
      if (!course) return tally.unknown(request);
      ask(deps, tally, { request, course }).catch((thrown: unknown) => {
        fault ??= thrown;
      });
    });
  };
  arrive(0);
  await clock.run(endOf(deps, requests));
  if (fault !== undefined) throw fault;
  return tally;
};

const courseOf = ({ gateway }: ReplayDeps, model: string): Course | undefined => {
  const { groups, settings } = gateway;
  if (groups.find(model) === undefined) return undefined;
  return courseTo({ model, params: {} }, { body: {}, groups, rules: settings.fallbacks });
};

const ask = async (
  { clock, gateway }: ReplayDeps,
  tally: Tally,
  { request, course }: { readonly request: TrafficRequest; readonly course: Course },
): Promise<void> => {
  const own = new OwnSide(gateway.ownCharges(request));
  try {
    const admission = await gateway.admit(admitRequest(gateway, { request, course, own }, clock));
    const { lease, queueMs } = admission;
    if (!lease) return tally.refused(request, 'no_deployment');
    tally.served(request, { deployment: lease.deployment, queueMs });
    clock.after(request.tookMs, () => {
      lease.done(request, clock.now());
      own.end(clock.now());
    });
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError)) throw thrown;
    own.end(clock.now());
    tally.refused(request, thrown.code);
  }
};

const admitRequest = (
  { settings }: ReplayDeps['gateway'],
  of: { readonly request: TrafficRequest; readonly course: Course; readonly own: OwnSide },
  clock: EventClock,
): AdmitRequest => {
  const { request, course, own } = of;
  const { groups, pinned, models } = course;
  const { inputTokens, maxOutputTokens, key, user, priority, stream } = request;
  const now = clock.now();
  const chars = Math.round(Math.max(0, inputTokens - FRAME_TOKENS) * CHARS_PER_TOKEN);
  return {
    groups,
    tried: NOBODY,
    demand: {
      ascii: chars,
      wide: 0,
      marks: 0,
      images: 0,
      choices: 1,
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    },
    tenant: { key, user },
    priority,
    stream,
    arrivedAt: now,
    waitUntil: now + (settings.queue.groups.get(groups[0]) ?? settings.queue.waitMs),
    // One for each: thousands may listen to theirs at once.
    signal: new AbortController().signal,
    bytes: chars,
    own,
    ...(pinned !== undefined && { pinned }),
    ...(models && { models }),
  };
};

const NOBODY: ReadonlySet<string> = new Set();

/** When nothing is left to happen. */
const endOf = ({ gateway }: ReplayDeps, requests: readonly TrafficRequest[]): number => {
  const { waitMs, groups } = gateway.settings.queue;
  const longestMs = Math.max(waitMs, ...groups.values());
  let tookMs = 0;
  for (const request of requests) tookMs = Math.max(tookMs, request.tookMs);
  return requests.at(-1)!.wallMs - requests[0]!.wallMs + longestMs + tookMs + TAIL_MS;
};
