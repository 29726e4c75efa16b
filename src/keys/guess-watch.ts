import { SpillwayError } from '#core/errors.ts';
import { MinuteCounts } from '#keys/minute-counts.ts';

/** Wrong keys of one address in a minute, before it is told to wait. */
const MOST_GUESSES = 60;

/**
 * Who guesses keys is slowed down by address. A right key opens all the same: its owner may share
 * the address with whoever guesses, and 128 bits are not guessed.
 */
export class GuessWatch {
  readonly #guesses = new MinuteCounts();

  /** A wrong key came from there. Throws SpillwayError `rate_limited` where it was one too many. */
  wrong(address: string, now: number): void {
    const { count, endsMs } = this.#guesses.add(address, now);
    if (count <= MOST_GUESSES) return;
    throw new SpillwayError(
      'rate_limited',
      'Too many wrong keys came from this address. Wait, and check the key.',
      { retryAfterMs: endsMs - now },
    );
  }
}
