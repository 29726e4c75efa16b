import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Over } from '#gateway/call.ts';
import type { EventFilter } from '#gateway/event-filter.ts';
import { requestLine } from '#gateway/request-line.ts';

export interface Watcher {
  readonly filter: EventFilter;
  /** Lines that it is sent in a second, at most. */
  readonly perS: number;
  /** One request's line, as JSON. False: it is behind, and is sent nothing until it says so. */
  line(text: string): boolean;
  /** So many lines were left out since the last time. */
  leftOut(lines: number): void;
  /** The process stops. */
  end(): void;
}

/** Watchers at once: each costs time for every request. */
const MOST_WATCHERS = 64;
/** A second's lines are given out in slices of this length, so that none of it stays unseen, ms. */
const SLICE_MS = 100;
const SLICES_PER_S = 10;

interface Watching {
  readonly watcher: Watcher;
  slice: number;
  sent: number;
  leftOut: number;
  isBehind: boolean;
  cancelTimer: (() => void) | undefined;
}

/** Requests as they end, for whoever watches. Under load, and to who is behind, it shows a part of them. */
export class RequestEvents {
  readonly #clock: Clock;
  readonly #all = new Set<Watching>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws SpillwayError `unavailable` where too many watch. Returns what ends it, and what says that it has caught up. */
  watch(watcher: Watcher): { stop(): void; caughtUp(): void } {
    if (this.#isClosed || this.#all.size >= MOST_WATCHERS)
      throw new SpillwayError(
        'unavailable',
        `${MOST_WATCHERS} watch the requests already, or Spillway is stopping; try again later.`,
      );
    const one: Watching = {
      watcher,
      slice: -1,
      sent: 0,
      leftOut: 0,
      isBehind: false,
      cancelTimer: undefined,
    };
    this.#all.add(one);
    return {
      stop: () => {
        one.cancelTimer?.();
        this.#all.delete(one);
      },
      caughtUp: () => {
        one.isBehind = false;
      },
    };
  }

  publish(over: Over): void {
    if (this.#all.size === 0) return;
    let text: string | undefined;
    for (const one of this.#all) {
      if (!passes(one.watcher.filter, over)) continue;
      if (!this.#mayHave(one)) {
        this.#leaveOut(one);
        continue;
      }
      text ??= JSON.stringify(requestLine(over));
      one.isBehind = !one.watcher.line(text);
    }
  }

  /** Ends all that watch. */
  close(): void {
    this.#isClosed = true;
    for (const { watcher } of this.#all) watcher.end();
  }

  #mayHave(one: Watching): boolean {
    const slice = Math.floor(this.#clock.now() / SLICE_MS);
    if (slice !== one.slice) {
      one.slice = slice;
      one.sent = 0;
    }
    if (one.isBehind || one.sent >= Math.max(1, one.watcher.perS / SLICES_PER_S)) return false;
    one.sent++;
    return true;
  }

  #leaveOut(one: Watching): void {
    one.leftOut++;
    one.cancelTimer ??= this.#clock.after(SLICE_MS * SLICES_PER_S, () => {
      one.cancelTimer = undefined;
      // Who is behind is told with the next line that is left out.
      if (one.isBehind) return;
      one.watcher.leftOut(one.leftOut);
      one.leftOut = 0;
    });
  }
}

const passes = (filter: EventFilter, { decision }: Over): boolean => {
  if (filter.status && !filter.status(decision.status)) return false;
  if (filter.group !== undefined && filter.group !== decision.group) return false;
  return filter.deployment === undefined || filter.deployment === decision.tries.at(-1)?.deployment;
};
