import { ZEROES } from '#ledger/amounts.ts';

export const OBSERVED_MS = 10_000;

/** What an account was charged in the last ten seconds, by dimension: the window before fades out. */
export class Observed {
  #start = -Infinity;
  #now = ZEROES.slice();
  #before = ZEROES.slice();

  add(place: number, amount: number, now: number): void {
    this.#roll(now);
    this.#now[place] = Math.max(0, this.#now[place]! + amount);
  }

  /** Per ten seconds. */
  rate(place: number, now: number): number {
    this.#roll(now);
    const fading = Math.max(0, 1 - (now - this.#start) / OBSERVED_MS);
    return this.#now[place]! + this.#before[place]! * fading;
  }

  #roll(now: number): void {
    if (!(now >= this.#start + OBSERVED_MS)) return;
    const isNext = now < this.#start + 2 * OBSERVED_MS;
    const spare = this.#before;
    this.#before = isNext ? this.#now : spare.fill(0);
    this.#now = isNext ? spare.fill(0) : this.#now.fill(0);
    this.#start = isNext ? this.#start + OBSERVED_MS : now;
  }
}
