/** The gateway, killed in the middle of the trace under full load, and started anew on what it had saved. */
import type { Contender, CreateContender } from './contender.ts';
import { Spillway, type SpillwayOptions } from './spillway.ts';
import type { BenchRequest } from './trace.ts';

/** In the middle of what is measured. */
const KILLED_MS = 1_200_000;
/** The ledger's file is written each second: in the worst case it is so old. */
const SAVED_MS = KILLED_MS - 1_000;
/** A process that starts is ready in less than that. */
const DOWN_MS = 1_000;

/** Callers whose request was in line, or came while nobody listened, ask again as soon as somebody does. */
export const restarted =
  (options: SpillwayOptions): CreateContender =>
  (world) => {
    const { clock } = world;
    const first = new Spillway(world, options);
    let current: Contender = first;
    const early: BenchRequest[] = [];
    clock.at(SAVED_MS, () => {
      const saved = JSON.parse(JSON.stringify(first.snapshot()));
      clock.at(KILLED_MS, () => {
        early.push(...first.kill());
        current = { submit: (request) => void early.push(request) };
      });
      clock.at(KILLED_MS + DOWN_MS, () => {
        const restore = { saved, elapsedMs: KILLED_MS + DOWN_MS - SAVED_MS };
        current = new Spillway(world, { ...options, restore });
        for (const request of early) current.submit(request);
      });
    });
    return {
      submit: (request) => current.submit(request),
      // Its books are a second old when it starts: what the calls of that second took, it learns from answers.
    };
  };
