import { WindowCount } from '#balancer/window-count.ts';
import type { Clock } from '#core/clock.ts';

/** Of a group's requests, what may be sent again because something failed. */
const SHARE = 0.2;
/** However few requests there are. */
const LEAST_PER_S = 1;
const WINDOW_S = 10;
const WINDOW = { windowMs: WINDOW_S * 1000, steps: WINDOW_S };

/**
 * Of each group, how many retries its requests of the last ten seconds allow: a fifth of them, and
 * one a second. An upstream that fails must not get more traffic for it.
 */
export class RetryBudgets {
  readonly #clock: Clock;
  readonly #groups = new Map<string, { requests: WindowCount; retries: WindowCount }>();

  /** Groups are those of the config: their number is bounded by it. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request has come, whatever becomes of it. */
  earn(group: string, now = this.#clock.now()): void {
    this.#of(group).requests.add(now);
  }

  /** Whether there is a retry left. */
  has(group: string, now = this.#clock.now()): boolean {
    const { requests, retries } = this.#of(group);
    const most = SHARE * requests.count(now) + LEAST_PER_S * WINDOW_S;
    return retries.count(now) + 1 <= most;
  }

  /** Takes one retry; false when there is none left. */
  spend(group: string): boolean {
    if (!this.has(group)) return false;
    this.#of(group).retries.add(this.#clock.now());
    return true;
  }

  #of(group: string): { requests: WindowCount; retries: WindowCount } {
    let its = this.#groups.get(group);
    if (!its) {
      its = { requests: new WindowCount(WINDOW), retries: new WindowCount(WINDOW) };
      this.#groups.set(group, its);
    }
    return its;
  }
}
