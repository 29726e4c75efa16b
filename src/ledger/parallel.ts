import type { JsonObject } from '#core/json.ts';
import type { Bucket } from '#ledger/bucket.ts';

/** The calls of an account under way. */
export class InFlight {
  #calls = 0;
  /** How long calls take, smoothed. */
  #callMs = 1000;

  get calls(): number {
    return this.#calls;
  }

  begin(calls: number): void {
    this.#calls += calls;
  }

  end(calls: number, tookMs: number): void {
    this.#calls -= calls;
    this.#callMs += (Math.max(1, tookMs) - this.#callMs) / 8;
  }

  /** Until so many have ended, if they go on as they did. */
  endMs(calls: number): number {
    return Math.ceil((this.#callMs * calls) / Math.max(1, this.#calls));
  }
}

/** Counts calls under way. What takes from it and gives back is the account, whose calls they are. */
export class ParallelBucket implements Bucket {
  readonly #inFlight: InFlight;
  #amount: number;

  constructor(amount: number, inFlight: InFlight) {
    this.#amount = amount;
    this.#inFlight = inFlight;
  }

  get capacity(): number {
    return this.#amount;
  }

  get largest(): number {
    return this.#amount;
  }

  level(): number {
    return this.#amount - this.#inFlight.calls;
  }

  /** An estimate: calls end when they end. */
  waitMs(amount: number): number {
    const missing = Math.min(amount, this.#amount) - this.level();
    return missing <= 0 ? 0 : this.#inFlight.endMs(missing);
  }

  take(): number {
    return 0;
  }

  give(): void {}

  set(): void {}

  regained(): number {
    return NaN;
  }

  resize(amount: number): void {
    this.#amount = amount;
  }

  save(): JsonObject {
    return {};
  }

  load(): void {}
}
