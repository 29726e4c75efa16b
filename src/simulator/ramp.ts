import { MINUTE_MS } from '#simulator/limit.ts';

/** Traffic may not grow without bound, however much room its limits have. */
export interface RampRule {
  /** Below this rate, input tokens a minute, it may grow as it likes. */
  readonly aboveTpm: number;
  /** How much more than in the window before is allowed: 0.5 is half as much again. */
  readonly maxGrowth: number;
  readonly windowMs: number;
}

/** Watches how fast the input of one model grows: the busiest minute of each window counts. */
export class Ramp {
  readonly #rule: RampRule;
  #window = -Infinity;
  #minute = -Infinity;
  #minuteTokens = 0;
  #peak = 0;
  #peakBefore = 0;

  constructor(rule: RampRule) {
    this.#rule = rule;
  }

  /** How long until so many more tokens would not be too fast: 0 when they are not. */
  waitMs(tokens: number, nowMs: number): number {
    this.#roll(nowMs);
    const { aboveTpm, maxGrowth } = this.#rule;
    const allowed = Math.max(aboveTpm, this.#peakBefore * (1 + maxGrowth));
    if (this.#minuteTokens + tokens <= allowed) return 0;
    return (this.#minute + 1) * MINUTE_MS - Math.floor(nowMs);
  }

  add(tokens: number, nowMs: number): void {
    this.#roll(nowMs);
    this.#minuteTokens += tokens;
    this.#peak = Math.max(this.#peak, this.#minuteTokens);
  }

  #roll(nowMs: number): void {
    const window = Math.floor(nowMs / this.#rule.windowMs);
    if (window > this.#window) {
      this.#peakBefore = window === this.#window + 1 ? this.#peak : 0;
      this.#peak = 0;
      this.#window = window;
    }
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute > this.#minute) {
      this.#minute = minute;
      this.#minuteTokens = 0;
    }
  }
}
