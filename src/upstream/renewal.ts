import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Log } from '#core/log.ts';

/** Something that holds for a while. */
export interface Grant<T> {
  readonly value: T;
  /** From now on, ms. */
  readonly forMs: number;
}

export interface RenewalOptions<T> {
  readonly clock: Clock;
  readonly log: Log;
  /** What it is, for errors and the log: `Google access token`. */
  readonly what: string;
  /** Rejects with an error whose text shows no secret. `signal` aborts when it takes too long. */
  fetch(signal: AbortSignal): Promise<Grant<T>>;
}

/** So long one attempt may take, ms. */
const FETCH_MS = 15_000;
/** What is nearly over is renewed so long before, ms, or a fifth of its life before if that is shorter. */
const EARLY_MS = 300_000;
/** From one attempt that failed to the next, ms: doubled each time up to the second. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A token that says it holds for less is renewed no more often than this, ms. */
const LEAST_MS = 1_000;

/**
 * A value that must be fetched and does not hold for ever: one attempt at a time, renewed by a timer
 * before it is over, so that requests find it at hand.
 */
export class Renewal<T> {
  readonly #options: RenewalOptions<T>;
  #value: { readonly value: T; readonly until: number } | undefined;
  #flight: Promise<T> | undefined;
  #failure: { readonly error: SpillwayError; readonly at: number } | undefined;
  #failures = 0;
  #cancelTimer: () => void = () => {};
  #closed = false;

  constructor(options: RenewalOptions<T>) {
    this.#options = options;
  }

  /** The value at once where it holds; else a promise of it. */
  get(): T | Promise<T> {
    if (this.#value && this.#options.clock.now() < this.#value.until) return this.#value.value;
    // Right after a failure the next one would be the same, and would cost its service a call each.
    const { clock } = this.#options;
    if (!this.#flight && this.#failure && clock.now() < this.#failure.at + RETRY_MS)
      throw this.#failure.error;
    return this.renew();
  }

  /** Fetches it anew; whoever asks meanwhile shares the attempt. */
  renew(): Promise<T> {
    this.#cancelTimer();
    this.#flight ??= this.#fetch().finally(() => (this.#flight = undefined));
    return this.#flight;
  }

  /** Begins in the background: a failure is logged, and tried again. */
  start(): void {
    if (!this.#closed && !this.#flight) this.renew().catch(() => {});
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #fetch(): Promise<T> {
    const { clock, log, what } = this.#options;
    const tooLong = new AbortController();
    const cancel = clock.after(FETCH_MS, () =>
      tooLong.abort(new Error(`no answer within ${FETCH_MS / 1000} s`)),
    );
    try {
      const { value, forMs } = await this.#options.fetch(tooLong.signal);
      this.#failures = 0;
      this.#failure = undefined;
      this.#value = { value, until: clock.now() + forMs };
      this.#again(Math.max(LEAST_MS, forMs - Math.min(EARLY_MS, forMs / 5)));
      return value;
    } catch (thrown) {
      const error = unavailable(what, thrown);
      this.#failure = { error, at: clock.now() };
      this.#again(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.#failures++));
      log.warn({}, error.message);
      throw error;
    } finally {
      cancel();
    }
  }

  #again(delayMs: number): void {
    if (!this.#closed) this.#cancelTimer = this.#options.clock.after(delayMs, () => this.start());
  }
}

/** Nothing was sent to the model: another deployment may take the request. */
const unavailable = (what: string, thrown: unknown): SpillwayError => {
  const why = thrown instanceof Error ? thrown.message : 'unknown reason';
  return new SpillwayError('upstream_unreachable', `No ${what} can be had: ${why}`, {
    cause: thrown,
  });
};
