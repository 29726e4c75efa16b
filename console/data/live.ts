import { useSyncExternalStore } from 'react';
import type {
  QuotaReply,
  Tick,
  TrafficReply,
  TrafficSecondReply,
} from '#gateway/console/shapes.ts';
import { ApiError, ask, send } from './api.ts';
import { askAgain } from './queries.ts';
import { readEvents } from './sse.ts';

/** The balance as it was a second ago, and the last quarter of an hour. */
export interface Live {
  readonly state: 'connecting' | 'live' | 'lost';
  readonly quota: QuotaReply | undefined;
  /** Unix epoch seconds of the server. */
  readonly now: number;
  /** Oldest first; seconds in which nothing ended are absent. */
  readonly seconds: readonly TrafficSecondReply[];
}

const KEPT_S = 900;
/** It comes once a second: a connection that is silent for so long is none, though nobody closed it. */
const SILENT_MS = 10_000;
const AGAIN_MS = { first: 500, most: 10_000 };

const NOTHING: Live = { state: 'connecting', quota: undefined, now: 0, seconds: [] };

/** One connection for the whole page, opened while somebody looks, and again when it is lost. */
class LiveStore {
  #live = NOTHING;
  #stop: AbortController | undefined;
  readonly #listeners = new Set<() => void>();

  readonly get = (): Live => this.#live;

  constructor() {
    // Browsers open few connections to a place: pages that nobody sees give theirs up.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#close();
      else if (this.#listeners.size > 0 && !this.#stop) void this.#run();
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#stop) void this.#run();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  };

  #close(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  async #run(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    let waitMs = AGAIN_MS.first;
    while (!stop.signal.aborted) {
      try {
        await this.#watch(stop.signal, () => {
          waitMs = AGAIN_MS.first;
        });
      } catch (thrown) {
        // Who must sign in again is asked to; until then it is tried now and then.
        if (thrown instanceof ApiError && thrown.status === 401) waitMs = AGAIN_MS.most;
      }
      if (stop.signal.aborted) return;
      this.#set({ ...this.#live, state: 'lost' });
      await pause(waitMs, stop.signal);
      waitMs = Math.min(AGAIN_MS.most, waitMs * 2);
    }
  }

  async #watch(signal: AbortSignal, came: () => void): Promise<void> {
    const silence = new AbortController();
    const either = AbortSignal.any([signal, silence.signal]);
    const watchdog = (): ReturnType<typeof setTimeout> =>
      setTimeout(() => silence.abort(), SILENT_MS);
    let timer = watchdog();
    try {
      const reply = await send('/spillway/live', { signal: either });
      const { now, seconds } = await ask<TrafficReply>('/spillway/traffic', { signal: either });
      this.#set({ ...this.#live, now, seconds: seconds.filter(({ at }) => at < now) });
      for await (const { event, data } of readEvents(reply)) {
        if (event !== 'tick') continue;
        clearTimeout(timer);
        timer = watchdog();
        came();
        this.#tick(JSON.parse(data) as Tick);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #tick({ now, seconds, quota }: Tick): void {
    const wasLost = this.#live.state === 'lost';
    const last = this.#live.seconds.at(-1)?.at ?? 0;
    const all = [...this.#live.seconds, ...seconds.filter(({ at }) => at > last)];
    this.#set({ state: 'live', now, quota, seconds: all.filter(({ at }) => at > now - KEPT_S) });
    if (wasLost) askAgain();
  }

  #set(live: Live): void {
    this.#live = live;
    for (const listener of this.#listeners) listener();
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

const store = new LiveStore();

export const useLive = (): Live => useSyncExternalStore(store.subscribe, store.get);
