/** What became of each request of a trace. */
export class Outcomes {
  /** Until the vendor's yes, ms; NaN where there was none. */
  readonly waitsMs: Float64Array;
  readonly #refused: Uint8Array;
  /** The vendor's refusals on the way. */
  readonly vendorRefusals: Uint16Array;

  constructor(requests: number) {
    this.waitsMs = new Float64Array(requests).fill(Number.NaN);
    this.#refused = new Uint8Array(requests);
    this.vendorRefusals = new Uint16Array(requests);
  }

  /** Throws when the request has had its end already. */
  served(index: number, waitMs: number): void {
    this.#mustBeOpen(index);
    this.waitsMs[index] = waitMs;
  }

  /** Throws when the request has had its end already. */
  refused(index: number): void {
    this.#mustBeOpen(index);
    this.#refused[index] = 1;
  }

  isServed(index: number): boolean {
    return !Number.isNaN(this.waitsMs[index]!);
  }

  isRefused(index: number): boolean {
    return this.#refused[index] === 1;
  }

  #mustBeOpen(index: number): void {
    if (this.isServed(index)) throw new Error(`Request ${index} was served already.`);
    if (this.isRefused(index)) throw new Error(`Request ${index} was refused already.`);
  }
}
