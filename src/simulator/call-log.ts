/** One finished call, as the vendor's console would list it. */
export interface CallRecord {
  /** When the call arrived, Unix epoch milliseconds. */
  readonly atMs: number;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /**
   * HTTP status; 499 for a client that left before its answer was complete. Where a fault struck, what
   * the answer was to be: whether it got there is the fault's matter.
   */
  readonly status: number;
  /** The kind of fault that struck it. */
  readonly fault?: string | undefined;
}

/** Keeps the newest calls and forgets the oldest beyond `capacity`. */
export class CallLog {
  readonly #capacity: number;
  #records: CallRecord[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(record: CallRecord): void {
    this.#records.push(record);
    // Cutting at twice the capacity makes a push cheap on average.
    if (this.#records.length >= 2 * this.#capacity) this.#records = [...this.newest()];
  }

  /** Oldest first. */
  newest(): readonly CallRecord[] {
    return this.#records.slice(-this.#capacity);
  }
}
