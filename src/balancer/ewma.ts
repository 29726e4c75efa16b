/** After this long without samples, what was known weighs half of what it did, ms. */
const HALF_LIFE_MS = 60_000;
/** Samples that the mean remembers at most: a newer one always counts for a tenth. */
const MOST_WEIGHT = 10;

/** A mean in which newer samples count more: by their number, and by the time since the last one. */
export class Ewma {
  #mean = 0;
  #weight = 0;
  #at = 0;

  /** `now` is monotonic ms. What is not a finite number is ignored. */
  add(sample: number, now: number): void {
    if (!Number.isFinite(sample)) return;
    const faded = this.#weight * 2 ** (-Math.max(0, now - this.#at) / HALF_LIFE_MS);
    this.#weight = Math.min(faded, MOST_WEIGHT - 1) + 1;
    this.#mean += (sample - this.#mean) / this.#weight;
    this.#at = Math.max(this.#at, now);
  }

  /** Absent until something was added. */
  get value(): number | undefined {
    return this.#weight > 0 ? this.#mean : undefined;
  }
}
