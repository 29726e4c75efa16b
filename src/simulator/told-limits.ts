import type { Random } from '#core/random.ts';
import type { Gauge } from '#simulator/limit.ts';

/** How well headers tell what limits have left. */
export interface HeaderRule {
  readonly emit: 'always' | 'never';
  /** How many of the answers come without them all the same, 0 to 1. */
  readonly omitProb: number;
  /** How old what they tell is. */
  readonly lagMs: number;
  /** What is left is told in whole multiples of this, rounded down. ≥ 1. */
  readonly round: number;
}

export const PLAIN_HEADERS: HeaderRule = { emit: 'always', omitProb: 0, lagMs: 0, round: 1 };

const MOST_SNAPSHOTS = 10_000;

/** What one model's headers tell: the truth, or as much of it as the rule lets through. */
export class ToldLimits {
  readonly #rule: HeaderRule;
  #snapshots: { readonly atMs: number; readonly gauges: readonly Gauge[] }[] = [];

  constructor(rule: HeaderRule) {
    this.#rule = rule;
  }

  /** Whether what is told is late, so that each state must be remembered. */
  get late(): boolean {
    return this.#rule.lagMs > 0;
  }

  /** Remembers how limits stand after a charge. */
  remember(gauges: readonly Gauge[], nowMs: number): void {
    this.#snapshots.push({ atMs: nowMs, gauges });
    const known = this.#snapshots.findLastIndex(({ atMs }) => atMs <= nowMs - this.#rule.lagMs);
    const forgotten = Math.max(known, this.#snapshots.length - MOST_SNAPSHOTS);
    if (forgotten > 0) this.#snapshots.splice(0, forgotten);
  }

  /** The gauges that an answer tells; none when it tells nothing. `now` is how they stand. */
  tell(now: readonly Gauge[], { nowMs, random }: { nowMs: number; random: Random }): Gauge[] {
    const { emit, omitProb, lagMs, round } = this.#rule;
    if (emit === 'never' || (omitProb > 0 && random() < omitProb)) return [];
    const known = this.#snapshots.findLast(({ atMs }) => atMs <= nowMs - lagMs);
    const gauges = this.late ? (known ?? this.#snapshots[0])?.gauges : now;
    return (gauges ?? now)
      .filter(({ shown = true }) => shown)
      .map((gauge) => ({ ...gauge, remaining: gauge.remaining - (gauge.remaining % round) }));
  }
}
