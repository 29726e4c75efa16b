import { SpillwayError } from '#core/errors.ts';

/** Wrong keys of one address in a minute, before it is told to wait. */
const MOST_GUESSES = 60;
const WINDOW_MS = 60_000;
/** Addresses that are remembered; the oldest go. */
const MOST_ADDRESSES = 10_000;

/**
 * Who guesses keys is slowed down by address. A right key opens all the same: its owner may share
 * the address with whoever guesses, and 128 bits are not guessed.
 */
export class GuessWatch {
  readonly #guesses = new Map<string, { count: number; sinceMs: number }>();

  /** A wrong key came from there. Throws SpillwayError `rate_limited` where it was one too many. */
  wrong(address: string, now: number): void {
    const known = this.#guesses.get(address);
    const isOld = !known || now - known.sinceMs >= WINDOW_MS;
    const count = isOld ? 1 : known.count + 1;
    const sinceMs = isOld ? now : known.sinceMs;
    this.#guesses.delete(address);
    if (this.#guesses.size >= MOST_ADDRESSES)
      this.#guesses.delete(this.#guesses.keys().next().value!);
    this.#guesses.set(address, { count, sinceMs });
    if (count <= MOST_GUESSES) return;
    throw new SpillwayError(
      'rate_limited',
      'Too many wrong keys came from this address. Wait, and check the key.',
      { retryAfterMs: sinceMs + WINDOW_MS - now },
    );
  }
}
