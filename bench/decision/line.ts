/** What a line of many requests costs: to stand in it, to be served from it, and the memory of it. */
import type { AdmitRequest, Lease } from '#balancer/admit.ts';
import { OwnSide } from '#balancer/own-side.ts';
import { type Clock, systemClock } from '#core/clock.ts';
import type { MemoryOwner } from '#shared/memory.ts';
import { EventClock } from '#core/event-clock.ts';
import { cpuUs, eachUs, heapBytes, medianOf } from './measure.ts';
import { openOwner, PLACES, requestOf } from './owner.ts';

const DEPLOYMENTS = 20;
/** Of each, per minute: all together serve about 25 requests a second. */
const TOKENS = 100_000;
const CALL_MS = 1_000;
const SPENT = { inputTokens: 800, outputTokens: 200 };
const HOUR_MS = 3_600_000;

interface Line {
  readonly owner: MemoryOwner;
  /** Of those who went at once, before there was a line. */
  readonly leases: readonly Lease[];
}

const inLine = (owner: MemoryOwner): number => owner.view().lines[0]?.requests ?? 0;

/** An owner whose limits have just been used up. */
const usedUp = async (clock: Clock): Promise<Line> => {
  const owner = openOwner(clock, { deployments: DEPLOYMENTS, tokens: TOKENS });
  const leases: Lease[] = [];
  for (let i = 0; inLine(owner) === 0; i++) {
    void Promise.resolve(owner.admit(requestOf(i, clock.now()))).then(({ lease }) =>
      leases.push(lease!),
    );
    await Promise.resolve();
  }
  return { owner, leases };
};

export interface LineCost {
  /** One more gets in line, on the way to so many. */
  readonly enterUs: number;
  /** A call ends while they wait. */
  readonly endUs: number;
  /** One more comes and leaves again. */
  readonly visitUs: number;
  /** One is served: its wake, its admission and the end of its call. */
  readonly serveUs: number;
}

/** On a clock that costs nothing, so that all that is measured is the line. `pinned`: one in so many may go to one deployment only. */
export const lineCost = async (waiters: number, pinned: number): Promise<LineCost> => {
  const clock = new EventClock();
  const { owner, leases } = await usedUp(clock);
  let served = 0;
  const call = async (request: AdmitRequest): Promise<void> => {
    const { lease } = await owner.admit(request);
    served++;
    clock.after(CALL_MS, () => lease!.done(SPENT, clock.now()));
  };
  const enter = (i: number): void => {
    const request = requestOf(i, clock.now());
    const only = i % pinned === 0 ? { pinned: `deployment-${i % DEPLOYMENTS}` } : {};
    void call({ ...request, ...only });
  };
  const enterUs = await eachUs(waiters, enter);
  const endUs = await eachUs(leases.length, (i) => leases[i]!.failed('broken', clock.now()));
  const visitUs = await eachUs(200, async (i) => {
    const controller = new AbortController();
    const request = { ...requestOf(i, clock.now()), signal: controller.signal };
    const visit = Promise.resolve(owner.admit(request));
    controller.abort();
    await visit.catch(() => {});
  });
  const start = cpuUs();
  await clock.run(HOUR_MS);
  const serveUs = (cpuUs() - start) / served;
  if (served < waiters) throw new Error(`${waiters - served} of ${waiters} were not served.`);
  return { enterUs, endUs, visitUs, serveUs };
};

/** What it takes to serve one of many who wait for one of a few places of ours, µs. */
export const placeUs = async (waiters: number): Promise<number> => {
  const clock = new EventClock();
  const owner = openOwner(clock, { deployments: DEPLOYMENTS, tokens: 1_000 * TOKENS, places: 100 });
  let served = 0;
  const call = async (i: number): Promise<void> => {
    const own = new OwnSide([{ account: PLACES, cost: { parallel: 1 }, setting: PLACES }]);
    const { lease } = await owner.admit({ ...requestOf(i, clock.now()), own });
    served++;
    clock.after(CALL_MS, () => {
      lease!.done(SPENT, clock.now());
      own.end(clock.now());
    });
  };
  for (let i = 0; i < waiters; i++) void call(i);
  const start = cpuUs();
  await clock.run(HOUR_MS);
  const us = (cpuUs() - start) / served;
  if (served < waiters) throw new Error(`${waiters - served} of ${waiters} were not served.`);
  return us;
};

/** What so many hold while they wait, timers and abort signals included, bytes. */
export const lineBytes = (waiters: number, rounds: number): Promise<number> =>
  medianOf(rounds, async () => {
    const { owner } = await usedUp(systemClock);
    const before = heapBytes();
    const controllers = Array.from({ length: waiters }, () => new AbortController());
    const waiting = controllers.map(async ({ signal }, i) =>
      owner.admit({ ...requestOf(i, systemClock.now()), signal }),
    );
    await Promise.resolve();
    const bytes = heapBytes() - before;
    for (const controller of controllers) controller.abort();
    await Promise.allSettled(waiting);
    return bytes;
  });
