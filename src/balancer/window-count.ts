/** How often something has happened within a sliding window, to the step: memory does not grow with it. */
export class WindowCount {
  readonly #stepMs: number;
  readonly #counts: number[];
  #step = -1;
  #sum = 0;

  /** `windowMs` is counted in `steps` equal parts: what is older than the window is gone, a step early at most. */
  constructor({ windowMs, steps }: { readonly windowMs: number; readonly steps: number }) {
    this.#stepMs = windowMs / steps;
    this.#counts = Array.from({ length: steps }, () => 0);
  }

  /** `by`: −1 takes back what was counted within the window. */
  add(now: number, by = 1): void {
    this.#turn(now);
    this.#counts[this.#step % this.#counts.length]! += by;
    this.#sum += by;
  }

  count(now: number): number {
    this.#turn(now);
    return this.#sum;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sum = 0;
  }

  #turn(now: number): void {
    const step = Math.floor(now / this.#stepMs);
    const { length } = this.#counts;
    if (step - this.#step >= length) this.clear();
    else
      for (let old = this.#step + 1; old <= step; old++) {
        this.#sum -= this.#counts[old % length]!;
        this.#counts[old % length] = 0;
      }
    if (step > this.#step) this.#step = step;
  }
}
