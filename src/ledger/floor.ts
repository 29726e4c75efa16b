/** A floor that did not do is doubled, up to so many times itself, and shrinks by this per minute. */
const WIDEN = 2;
const MAX_WIDER = 8;
const NARROW = 1.1;
const NARROW_MS = 60_000;

/** What is never spent of a limit, because what calls take of it is estimated. */
export class Floor {
  readonly #share: number;
  /** How many times its share it is, and since when. */
  #wider = 1;
  #widerAt = -Infinity;

  constructor(share: number) {
    this.#share = share;
  }

  /** Of what a limit holds when full. */
  of(full: number): number {
    return Math.floor(full * Math.min(1, this.#share * this.#wider));
  }

  /** A call sent at `sentAt` was refused although there was room by our estimates. */
  widen(sentAt: number, now: number): void {
    if (sentAt <= this.#widerAt) return;
    this.#wider = Math.min(MAX_WIDER, this.#wider * WIDEN);
    this.#widerAt = now;
  }

  /** True when it has become narrower. */
  narrow(now: number): boolean {
    if (this.#wider === 1) return false;
    const steps = Math.floor((now - this.#widerAt) / NARROW_MS);
    if (steps < 1) return false;
    this.#wider = Math.max(1, this.#wider / NARROW ** steps);
    this.#widerAt += steps * NARROW_MS;
    return true;
  }
}
