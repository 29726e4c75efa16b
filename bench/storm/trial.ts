/** One contender in one storm. */
import { EventClock } from '#core/event-clock.ts';
import { seededRandom } from '#core/random.ts';
import type { CreateContender, World } from './contender.ts';
import { KEYS, OUTAGES } from './keys.ts';
import { createTrace, TRACE_MS } from './trace.ts';
import { StormVendor } from './vendor.ts';

/** After the last arrival everybody still has this long, ms. */
const TAIL_MS = 120_000;
/** A key that has not been called for so long is left out, ms: by chance it would have been, many times over. */
const QUIET_MS = 2_500;

export interface OutageResult {
  /** From its begin until the last call before the key was left out, ms. */
  readonly ejectMs: number;
  /** From its end until the first answer, ms; Infinity where none came. */
  readonly returnMs: number;
}

export interface TrialResult {
  readonly requests: number;
  readonly served: number;
  /** Calls beyond one for each request. */
  readonly moreCalls: number;
  readonly revokedCalls: number;
  readonly outages: readonly OutageResult[];
  /** Until the first byte, of those served, ms, sorted. */
  readonly firstMs: readonly number[];
}

interface Sighting {
  readonly atMs: number;
  readonly isAnswered: boolean;
}

export const runTrial = async (
  create: CreateContender,
  { seed, traceMs = TRACE_MS }: { readonly seed: number; readonly traceMs?: number },
): Promise<TrialResult> => {
  const clock = new EventClock();
  const trace = createTrace(seed, traceMs);
  const vendors = KEYS.map((key, i) => new StormVendor(key, seededRandom(seed * 101 + i)));
  const down = KEYS.findIndex(({ fault }) => fault === 'down');
  const revoked = KEYS.findIndex(({ fault }) => fault === 'revoked');
  const sightings: Sighting[] = [];
  const firstMs: number[] = [];
  const open = new Set(trace.map(({ index }) => index));
  let [calls, revokedCalls] = [0, 0];
  const close = (index: number): void => {
    if (!open.delete(index)) throw new Error(`Request ${index} had its end already.`);
  };
  const world: World = {
    clock,
    random: seededRandom(seed * 7919 + 13),
    call(key, request) {
      calls++;
      if (key === revoked) revokedCalls++;
      const heard = vendors[key]!.call(request, clock.now(), clock.wall());
      if (key === down) sightings.push({ atMs: clock.now(), isAnswered: heard.kind === 'answer' });
      return heard;
    },
    served({ index, atMs }) {
      close(index);
      firstMs.push(clock.now() - atMs);
    },
    failed: ({ index }) => close(index),
  };
  const contender = create(world);
  const arrive = (index: number): void => {
    const request = trace[index];
    if (!request) return;
    clock.at(request.atMs, () => {
      arrive(index + 1);
      contender.submit(request);
    });
  };
  arrive(0);
  await clock.run(traceMs + TAIL_MS);
  if (open.size > 0) throw new Error(`${open.size} requests had no end.`);
  return {
    requests: trace.length,
    served: firstMs.length,
    moreCalls: calls - trace.length,
    revokedCalls,
    outages: OUTAGES.filter(({ toMs }) => toMs < traceMs).map((outage) =>
      resultOf(outage, sightings),
    ),
    firstMs: firstMs.toSorted((a, b) => a - b),
  };
};

const resultOf = (
  { fromMs, toMs }: { fromMs: number; toMs: number },
  sightings: readonly Sighting[],
): OutageResult => {
  let lastMs = fromMs;
  for (const { atMs } of sightings) {
    if (atMs < fromMs) continue;
    if (atMs - lastMs >= QUIET_MS) break;
    lastMs = atMs;
  }
  const back = sightings.find(({ atMs, isAnswered }) => atMs >= toMs && isAnswered);
  return { ejectMs: lastMs - fromMs, returnMs: (back?.atMs ?? Infinity) - toMs };
};
