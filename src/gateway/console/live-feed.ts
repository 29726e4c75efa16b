import type { ConsoleDeps } from '#gateway/console/deps.ts';
import { trafficJson } from '#gateway/console/traffic-json.ts';
import type { CallSignal } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import { quotaJson } from '#gateway/quota-json.ts';
import { writeSse } from '#wire/framing/sse.ts';

const EVERY_MS = 1_000;
/** Each costs a little every second. */
const MOST_WATCHERS = 64;

type Watcher = ReadableStreamDefaultController<Uint8Array>;

/** The balance and the traffic, once a second, for everybody who watches: told once, sent to all. */
export class LiveFeed {
  readonly #deps: Pick<ConsoleDeps, 'gateway' | 'traffic'>;
  readonly #watchers = new Set<Watcher>();
  #sentUntil = 0;
  #cancel: (() => void) | undefined;

  constructor(deps: Pick<ConsoleDeps, 'gateway' | 'traffic'>) {
    this.#deps = deps;
  }

  /** One event a second until the caller leaves or the process stops. Throws SpillwayError `unavailable`. */
  open(signal: CallSignal): Response {
    const { lifecycle } = this.#deps.gateway;
    if (lifecycle.isStopping || this.#watchers.size >= MOST_WATCHERS)
      throw new SpillwayError(
        'unavailable',
        `${MOST_WATCHERS} consoles watch already, or Spillway is stopping; close one of them.`,
      );
    let own: Watcher | undefined;
    const leave = (): void => {
      if (own) this.#leave(own);
    };
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#watchers.add(controller);
        if (this.#watchers.size === 1) this.#begin();
        controller.enqueue(this.#tick(this.#sentUntil));
      },
      cancel: leave,
    });
    signal.addEventListener('abort', leave, { once: true });
    return new Response(stream, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
      },
    });
  }

  #begin(): void {
    const { traffic, gateway } = this.#deps;
    this.#sentUntil = traffic.now - 1;
    const next = (): void => {
      this.#cancel = gateway.clock.after(EVERY_MS, () => {
        this.#tellAll();
        if (this.#watchers.size > 0) next();
      });
    };
    next();
  }

  #tellAll(): void {
    const bytes = this.#tick(this.#sentUntil);
    this.#sentUntil = this.#deps.traffic.now - 1;
    const isOver = this.#deps.gateway.lifecycle.isStopping;
    for (const watcher of this.#watchers) {
      // Who is behind misses a second's picture, not its numbers: they come with the page's next look.
      if ((watcher.desiredSize ?? 0) > 0) watcher.enqueue(bytes);
      if (!isOver) continue;
      this.#leave(watcher);
      watcher.close();
    }
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.#cancel?.();
  }

  /** Seconds that are over, after this one. */
  #tick(after: number): Uint8Array {
    const { traffic, gateway } = this.#deps;
    const { now } = traffic;
    const seconds = traffic.since(after).filter(({ at }) => at < now);
    const text = JSON.stringify({
      now,
      seconds: seconds.map(trafficJson),
      quota: quotaJson(gateway.quota()),
    });
    return Buffer.from(`event: tick\n${writeSse(text)}`);
  }
}
