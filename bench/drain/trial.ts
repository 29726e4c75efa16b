/** One contender, one trace, one vendor. */
import { seededRandom } from '#core/random.ts';
import { EventClock } from '#core/event-clock.ts';
import type { CreateContender, World } from './contender.ts';
import { Outcomes } from './outcomes.ts';
import type { Scenario } from './scenarios.ts';
import { type BenchRequest, TRACE_MS } from './trace.ts';
import { VendorKey } from './vendor.ts';

/** After the last arrival everybody still has this long, ms: more than any deadline. */
const TAIL_MS = 200_000;

export interface TrialResult {
  readonly outcomes: Outcomes;
  readonly events: number;
  readonly overAdmissions: number | undefined;
}

export interface TrialSetup {
  readonly scenario: Scenario;
  readonly trace: readonly BenchRequest[];
  readonly seed: number;
}

/** Throws when a request was left without an end. */
export const runTrial = async (
  { scenario, trace, seed }: TrialSetup,
  create: CreateContender,
): Promise<TrialResult> => {
  const clock = new EventClock();
  const outcomes = new Outcomes(trace.length);
  const world = createWorld({ scenario, clock, outcomes, seed });
  const contender = create(world);

  const arrive = (index: number): void => {
    const request = trace[index];
    if (request === undefined) return;
    clock.at(request.atMs, () => {
      arrive(index + 1);
      contender.submit(request);
    });
  };
  arrive(0);
  useHidden(world);
  const events = await clock.run(TRACE_MS + TAIL_MS);

  const open = trace.filter(({ index }) => !outcomes.isServed(index) && !outcomes.isRefused(index));
  if (open.length > 0) {
    throw new Error(
      `${open.length} of ${trace.length} requests had no end, first number ${open[0]!.index}.`,
    );
  }
  return { outcomes, events, overAdmissions: contender.overAdmissions?.() };
};

const createWorld = (given: {
  scenario: Scenario;
  clock: EventClock;
  outcomes: Outcomes;
  seed: number;
}): World => {
  const { scenario, clock, outcomes, seed } = given;
  const vendor = scenario.keys.map((limits) => new VendorKey(limits, scenario));
  return {
    clock,
    scenario,
    vendor,
    random: seededRandom(seed * 7919 + 13),
    call(key, request, hears) {
      const admission = vendor[key]!.admit(request, clock.now());
      if (!admission.admitted) {
        outcomes.vendorRefusals[request.index]! += 1;
        return admission;
      }
      outcomes.served(request.index, clock.now() - request.atMs);
      clock.at(clock.now() + request.durationMs, () => {
        vendor[key]!.end(request, admission.reservation, clock.now());
        hears?.ended();
      });
      return admission;
    },
    shown: (key) => vendor[key]!.gauges(clock.now()),
    refuse: (request) => outcomes.refused(request.index),
  };
};

const HIDDEN_EVERY_MS = 1000;
const HIDDEN_FROM_MS = 500;

/** Somebody else draws on a key each second, in steps of what that second is worth. */
const useHidden = ({ scenario, clock, vendor }: World): void => {
  const { hidden } = scenario;
  if (hidden === undefined) return;
  const tokens = Math.round((scenario.keys[hidden.key]!.tpm / 60) * hidden.share);
  const use = (): void => {
    vendor[hidden.key]!.useElsewhere(tokens, clock.now());
    clock.at(clock.now() + HIDDEN_EVERY_MS, use);
  };
  clock.at(HIDDEN_FROM_MS, use);
};
