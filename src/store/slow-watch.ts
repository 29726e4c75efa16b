import type { Clock } from '#core/clock.ts';

/** A write takes milliseconds; one that takes so many is slow. */
export const SLOW_MS = 2_000;

export interface SlowWatchDeps {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** Told once, while that one is still under way. */
  readonly slow: () => void;
  /** Told once, when one has been quick again. */
  readonly quick: () => void;
}

/** Sees how long each write to the store takes, one that does not end included. */
export class SlowWatch {
  readonly #deps: SlowWatchDeps;
  #isSlow = false;
  #lastMs = 0;
  #beganAt: number | undefined;

  constructor(deps: SlowWatchDeps) {
    this.#deps = deps;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** How long the last write took, or the one under way so far, where that is longer; ms. */
  get lastMs(): number {
    const underWayMs = this.#beganAt === undefined ? 0 : this.#deps.clock.now() - this.#beganAt;
    return Math.max(this.#lastMs, underWayMs);
  }

  /** One at a time. What fails is neither slow nor quick. */
  async time<Result>(write: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#deps;
    const beganAt = clock.now();
    this.#beganAt = beganAt;
    const cancel = clock.after(SLOW_MS, () => this.#tooLong());
    try {
      const result = await write();
      this.#lastMs = clock.now() - beganAt;
      if (this.#lastMs < SLOW_MS) this.#inTime();
      else this.#tooLong();
      return result;
    } finally {
      cancel();
      this.#beganAt = undefined;
    }
  }

  #tooLong(): void {
    if (this.#isSlow) return;
    this.#isSlow = true;
    this.#deps.slow();
  }

  #inTime(): void {
    if (!this.#isSlow) return;
    this.#isSlow = false;
    this.#deps.quick();
  }
}
