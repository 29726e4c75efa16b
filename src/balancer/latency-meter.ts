import { Ewma } from '#balancer/ewma.ts';
import type { Latency } from '#balancer/policies/policy.ts';

/** No call is believed to take longer, ms. */
const MOST_MS = 3_600_000;

/** One call, as far as its times are known. */
export interface TimedCall {
  /** Until the first content, ms. */
  readonly firstMs?: number;
  /** Until its end, ms; absent for a call that broke off. */
  readonly wholeMs?: number;
  /** 0 for a call whose answer has none, such as an embedding. Absent: not known. */
  readonly outputTokens?: number | undefined;
}

/**
 * How fast one deployment answers. Only answers count: a quick refusal is not speed. Time per token,
 * because long answers would otherwise make a deployment look slow.
 */
export class LatencyMeter {
  readonly #first = new Ewma();
  readonly #perToken = new Ewma();
  #at = -Infinity;

  answered({ firstMs, wholeMs, outputTokens }: TimedCall, now: number): void {
    if (firstMs !== undefined) this.#add(this.#first, firstMs, now);
    if (wholeMs !== undefined && outputTokens !== undefined)
      this.#add(this.#perToken, wholeMs / Math.max(1, outputTokens), now);
  }

  /** No answer came within `waitedMs`: it counts as if one token had come then, as in LiteLLM. */
  timedOut(waitedMs: number, now: number): void {
    this.answered({ firstMs: waitedMs, wholeMs: waitedMs, outputTokens: 1 }, now);
  }

  /** Absent until something has been measured. */
  read(now: number): Latency | undefined {
    if (this.#at === -Infinity) return undefined;
    const firstMs = this.#first.value;
    const perTokenMs = this.#perToken.value;
    return {
      ageMs: Math.max(0, now - this.#at),
      ...(firstMs !== undefined && { firstMs }),
      ...(perTokenMs !== undefined && { perTokenMs }),
    };
  }

  #add(mean: Ewma, ms: number, now: number): void {
    if (!(ms >= 0)) return;
    mean.add(Math.min(ms, MOST_MS), now);
    this.#at = Math.max(this.#at, now);
  }
}
