/**
 * A running quantile in two numbers (Robbins–Monro with a step in proportion to the spread): it
 * follows a changing stream and never needs its samples.
 */
export class Quantile {
  readonly #share: number;
  #value: number;
  #spread: number;

  /** `share` of the samples lie below, 0 < share < 1; `first` is believed until others come. */
  constructor(share: number, first: number) {
    this.#share = share;
    this.#value = first;
    this.#spread = Math.max(1, first / 2);
  }

  get value(): number {
    return Math.max(0, this.#value);
  }

  add(sample: number): void {
    const step = STEP * this.#spread;
    this.#value += sample > this.#value ? step * this.#share : -step * (1 - this.#share);
    this.#spread += STEP * (Math.abs(sample - this.#value) - this.#spread);
    this.#spread = Math.max(1, this.#spread);
  }
}

const STEP = 0.1;
