import type { Random } from '#core/random.ts';
import type { Admission, Cost, Reservation } from '#simulator/admission.ts';
import type { Gauge, Limit } from '#simulator/limit.ts';
import { createLimiter, type Limiter, type LimiterOptions } from '#simulator/limiter.ts';
import { Ramp, type RampRule } from '#simulator/ramp.ts';
import { type HeaderRule, ToldLimits } from '#simulator/told-limits.ts';

/** Whether a call may run; a refusal names the limit, unless it is for another reason than a limit. */
export type Verdict =
  | Admission
  | { readonly admitted: false; readonly reason: 'money' }
  | { readonly admitted: false; readonly reason: 'ramp'; readonly waitMs: number };

export interface ModelLimitsOptions extends LimiterOptions {
  readonly limits: readonly Limit[];
  readonly headers: HeaderRule;
  readonly ramp?: RampRule | undefined;
}

/** All that one project may ask of one model, and what its answers tell of that. */
export class ModelLimits {
  readonly #limiter: Limiter;
  readonly #ramp: Ramp | undefined;
  readonly #told: ToldLimits;
  /** Limits that an answer has told of: who meets them again could have known. */
  readonly #known = new Set<string>();
  #used = false;

  constructor({ limits, headers, ramp, ...options }: ModelLimitsOptions) {
    this.#limiter = createLimiter(limits, options);
    this.#ramp = ramp && new Ramp(ramp);
    this.#told = new ToldLimits(headers);
  }

  admit(cost: Cost, nowMs: number): Verdict {
    if (this.#told.late && !this.#used) this.#told.remember(this.gauges(nowMs), -Infinity);
    this.#used = true;
    const rampWaitMs = this.#ramp?.waitMs(cost.input ?? 0, nowMs) ?? 0;
    if (rampWaitMs > 0) return { admitted: false, reason: 'ramp', waitMs: rampWaitMs };
    const admission = this.#limiter.admit(cost, nowMs);
    if (admission.admitted) this.#ramp?.add(cost.input ?? 0, nowMs);
    if (this.#told.late) this.#told.remember(this.gauges(nowMs), nowMs);
    return admission;
  }

  settle(reservation: Reservation, actual: Cost, nowMs: number): void {
    this.#limiter.settle(reservation, actual, nowMs);
    if (this.#told.late) this.#told.remember(this.gauges(nowMs), nowMs);
  }

  gauges(nowMs: number): Gauge[] {
    return this.#limiter.gauges(nowMs);
  }

  /** What an answer's headers may tell. */
  tell(nowMs: number, random: Random): Gauge[] {
    const told = this.#told.tell(this.gauges(nowMs), { nowMs, random });
    for (const gauge of told) this.#known.add(nameOf(gauge));
    return told;
  }

  /** Whether an earlier answer has told of this limit; from now on one has. */
  wasKnown(limit: Limit): boolean {
    const known = this.#known.has(nameOf(limit));
    this.#known.add(nameOf(limit));
    return known;
  }

  /** How long its own limits have been full since it was first asked for anything, ms. */
  fullMs(dimension: 'requests' | 'tokens', nowMs: number): number {
    if (!this.#used) return 0;
    return this.gauges(nowMs)
      .filter(({ scope }) => scope === 'project')
      .filter((gauge) => (gauge.dimension === 'requests') === (dimension === 'requests'))
      .reduce((sum, { fullMs }) => sum + fullMs, 0);
  }
}

const nameOf = ({ scope, dimension, windowMs }: Limit): string =>
  `${scope} ${dimension} ${windowMs}`;
