import type { Cost, Dimension, ToldLimit } from '#core/quota.ts';
import type { Evidence } from '#balancer/sharing/evidence.ts';
import type { ToldShape } from '#balancer/sharing/told-shape.ts';
import type { Rule, Telling } from '#balancer/sharing/level-test.ts';

/** More than any vendor tells of one account. */
const MOST_LIMITS = 8;

/** One limit of an account as answers tell it. */
export interface ToldGauge {
  readonly rule: Rule;
  last: Telling | undefined;
  readonly shape: ToldShape;
  /** By the name of whom it is compared with. */
  readonly evidence: Map<string, Evidence>;
}

export interface GaugeTelling extends Telling {
  readonly gauge: ToldGauge;
}

/** A call that was charged, when, and what. */
export interface Call {
  readonly chargedAt: number;
  readonly cost: Cost;
}

/** What answers told of one account for one model. */
export class Track {
  readonly account: string;
  /** By dimension and window. */
  readonly gauges = new Map<string, ToldGauge>();
  /** Its organisation or its limits are not what they were. */
  hasNews = false;
  /** Answers in a row that told another limit than those it shares with. */
  differs = 0;

  readonly #shapeOf: (rule: Rule) => ToldShape;

  /** `shapeOf`: what is known of a limit from all who are told it. */
  constructor(account: string, shapeOf: (rule: Rule) => ToldShape) {
    this.account = account;
    this.#shapeOf = shapeOf;
  }

  /**
   * Notes what a limit is; one that has changed begins anew. `call`: the one that was charged, where
   * what is left is that which it has left. Returns the telling if it is newer than the last one.
   */
  tell(told: ToldLimit, call?: Call): GaugeTelling | undefined {
    const gauge = this.#gauge(told);
    const { remaining, dimension } = told;
    if (!gauge || !call || remaining === undefined) return undefined;
    const telling = { at: call.chargedAt, remaining, own: call.cost[dimension] ?? 0, gauge };
    if (gauge.last && telling.at <= gauge.last.at) return undefined;
    gauge.shape.note(this.account, telling, gauge.rule);
    gauge.last = telling;
    return telling;
  }

  /** The same limit, as large as `rule` has it. */
  find(rule: Rule): ToldGauge | undefined {
    const gauge = this.#known(rule.dimension, rule.windowMs);
    return gauge?.rule.limit === rule.limit ? gauge : undefined;
  }

  #gauge(told: ToldLimit): ToldGauge | undefined {
    const { dimension, windowMs, limit } = told;
    const known = this.#known(dimension, windowMs);
    if (limit === undefined || !(limit > 0) || !(windowMs > 0) || known?.rule.limit === limit)
      return known;
    if (!known && this.gauges.size >= MOST_LIMITS) return undefined;
    this.hasNews = true;
    const rule = { dimension, limit, windowMs };
    const evidence = new Map<string, Evidence>();
    const gauge = { rule, last: undefined, shape: this.#shapeOf(rule), evidence };
    this.gauges.set(wordOf(told), gauge);
    return gauge;
  }

  /** Few are there: to look at them all costs less than to make a word. */
  #known(dimension: Dimension, windowMs: number): ToldGauge | undefined {
    for (const gauge of this.gauges.values())
      if (gauge.rule.dimension === dimension && gauge.rule.windowMs === windowMs) return gauge;
    return undefined;
  }

  /** All limits in one word. */
  get limits(): string {
    const words = [...this.gauges].map(([word, { rule }]) => `${word}=${rule.limit}`);
    return words.toSorted().join(' ');
  }

  /** Whether both have told some limit, and none that differs. */
  agreesWith(other: Track): boolean {
    const isCommon = [...this.gauges.keys()].some((word) => other.gauges.has(word));
    return isCommon && !this.differsFrom(other);
  }

  /** Whether they tell different amounts of some limit. */
  differsFrom(other: Track): boolean {
    for (const [word, { rule }] of this.gauges) {
      const its = other.gauges.get(word);
      if (its && its.rule.limit !== rule.limit) return true;
    }
    return false;
  }

  forget(): void {
    this.differs = 0;
    for (const { evidence } of this.gauges.values()) evidence.clear();
  }
}

const wordOf = ({ dimension, windowMs }: Pick<ToldLimit, 'dimension' | 'windowMs'>): string =>
  `${dimension}/${windowMs}`;
