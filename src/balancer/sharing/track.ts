import type { ToldLimit } from '#core/quota.ts';
import { ChargeLog } from '#balancer/sharing/charge-log.ts';
import type { Evidence } from '#balancer/sharing/evidence.ts';
import type { Rule, Telling } from '#balancer/sharing/level-test.ts';

/** More than any vendor tells of one account. */
const MOST_LIMITS = 8;

/** One limit of an account as answers tell it. */
export interface ToldGauge {
  readonly rule: Rule;
  last: Telling | undefined;
  /** By the name of whom it is compared with. */
  readonly evidence: Map<string, Evidence>;
}

/** What one account was charged for one model, and what answers told of it. */
export class Track {
  readonly account: string;
  readonly log = new ChargeLog();
  /** By dimension and window. */
  readonly gauges = new Map<string, ToldGauge>();
  /** Answers in a row that told another limit than those it shares with. */
  differs = 0;

  constructor(account: string) {
    this.account = account;
  }

  /** Notes what a limit is. One that has changed begins anew. */
  tell(told: ToldLimit): void {
    const { dimension, windowMs, limit } = told;
    const known = this.gauge(told);
    if (limit === undefined || !(limit > 0) || !(windowMs > 0) || known?.rule.limit === limit)
      return;
    if (!known && this.gauges.size >= MOST_LIMITS) return;
    this.gauges.set(wordOf(told), {
      rule: { dimension, limit, windowMs },
      last: undefined,
      evidence: new Map(),
    });
  }

  gauge(of: Pick<ToldLimit, 'dimension' | 'windowMs'>): ToldGauge | undefined {
    return this.gauges.get(wordOf(of));
  }

  /** The same limit, as large as `rule` has it. */
  find(rule: Rule): ToldGauge | undefined {
    const gauge = this.gauge(rule);
    return gauge?.rule.limit === rule.limit ? gauge : undefined;
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
