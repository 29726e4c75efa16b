import type { Clock } from '#core/clock.ts';

/** A comment of server-sent events: readers pass over it. */
const COMMENT = ': waiting\n\n';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Sends the head of the answer. */
  readonly open: () => void;
  readonly write: (comment: string) => void;
}

/**
 * Keeps the connection of a stream open while it waits in line, for proxies that close silent ones.
 * The first beat commits to status 200: it comes only when a request has waited for so long. From
 * then on they go on until the stream's own first byte.
 */
export class Heartbeats {
  readonly #options: HeartbeatOptions;
  #hasBegun = false;
  #isOver = false;
  #cancel: (() => void) | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Whether the head is sent already. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** It has got in line. */
  entered(): void {
    if (!this.#isOver) this.#cancel ??= this.#after();
  }

  /** Its turn has come. */
  left(): void {
    if (!this.#hasBegun) this.#stop();
  }

  /** Its answer begins, or it has none. */
  over(): void {
    this.#isOver = true;
    this.#stop();
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #after(): () => void {
    const { clock, everyMs, open, write } = this.#options;
    return clock.after(everyMs, () => {
      if (!this.#hasBegun) open();
      this.#hasBegun = true;
      write(COMMENT);
      this.#cancel = this.#after();
    });
  }
}
