/** How far back a measured rate looks, ms. */
const HORIZON_MS = 20_000;
/** Below so many servings (decayed) nothing has been measured. */
const LEAST_SERVINGS = 5;

/**
 * How fast a line has been served of late, measured while somebody waited in it: what limits alone
 * say may promise more than vendors, failures and large requests leave.
 */
export class DrainRate {
  #weight = 0;
  #servings = 0;
  #backlogMs = 0;
  #at = 0;
  #waiting = false;

  /** Whether anybody waits has changed, or may have. */
  waits(waiting: boolean, now: number): void {
    this.#decay(now);
    this.#waiting = waiting;
  }

  /** Somebody who had to wait has been served. */
  served(weight: number, now: number): void {
    this.#decay(now);
    this.#weight += weight;
    this.#servings++;
  }

  /** Until so much has been served, ms; 0 as long as nothing has been measured. */
  timeFor(weight: number, now: number): number {
    this.#decay(now);
    if (this.#servings < LEAST_SERVINGS || this.#weight <= 0) return 0;
    return (weight / this.#weight) * this.#backlogMs;
  }

  #decay(now: number): void {
    const passed = now - this.#at;
    if (passed <= 0) return;
    this.#at = now;
    if (!this.#waiting) return;
    const kept = Math.exp(-passed / HORIZON_MS);
    this.#weight *= kept;
    this.#servings *= kept;
    this.#backlogMs = this.#backlogMs * kept + HORIZON_MS * (1 - kept);
  }
}
