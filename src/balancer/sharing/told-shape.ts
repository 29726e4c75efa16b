import type { Rule, Telling } from '#balancer/sharing/level-test.ts';

/** Shares of a limit: a rise that is more than rounding, and how far off it may be. */
const RISE = 0.02;
/** A level that was seen so high has the whole of its limit to fall from. */
const WHOLE = 0.9;
/** Above this it may have been filled up at once. */
const BELOW = 0.95;
/** Tellings closer together may have changed places, and further apart say nothing of how a level rose, ms. */
const BETWEEN_MS = [1_000, 10_000] as const;
const LEAST_RISES = 3;
/** A level that rises at once does so each minute, or each day. */
const JUMP_MS = 300_000;

/**
 * Whether a vendor's limit comes back evenly, out of the whole of it, as all that are told it show. Of levels that come back all at
 * once, or of which little can be spent at once, nothing can be foretold: they would seem to move
 * together where they only stand together.
 */
export class ToldShape {
  /** By account. */
  readonly #from = new Map<string, Telling>();
  #highest = 0;
  #rises = 0;
  #jumpedAt = -Infinity;

  note(account: string, told: Telling, { limit, windowMs }: Rule): void {
    const level = (told.remaining + told.own) / limit;
    this.#highest = Math.max(this.#highest, level);
    const from = this.#from.get(account);
    const sinceMs = told.at - (from?.at ?? told.at);
    if (from && sinceMs < BETWEEN_MS[0]) return;
    this.#from.set(account, told);
    if (!from) return;
    const rise = level - from.remaining / limit;
    const most = sinceMs / windowMs + RISE;
    if (rise > most + RISE) {
      this.#jumpedAt = told.at;
      this.#rises = 0;
    } else if (rise >= RISE && rise <= most && sinceMs <= BETWEEN_MS[1] && level <= BELOW)
      this.#rises++;
  }

  isEven(now: number): boolean {
    return this.#highest >= WHOLE && this.#rises >= LEAST_RISES && now > this.#jumpedAt + JUMP_MS;
  }
}
