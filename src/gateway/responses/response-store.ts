import type { Clock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';

/** A response whose vendor keeps none: what a later request needs to go on from it. */
export interface KeptResponse {
  /** All that was said before the answer. */
  readonly input: readonly JsonObject[];
  /** As its caller got it. */
  readonly response: JsonObject;
  /** Memory that it holds, what it shares with earlier ones included. */
  readonly bytes: number;
}

export interface StoredResponse {
  /** Whose it is: nobody else may see it, or go on from it. */
  readonly owner: string;
  /** Who gave it. */
  readonly deployment: string;
  /** Absent where the vendor keeps it. */
  readonly kept?: KeptResponse;
}

export interface StoreLimits {
  readonly max: number;
  readonly bytes: number;
  readonly keepMs: number;
}

/** Besides what is kept of it: its id and where it is. */
const ENTRY_BYTES = 256;

/**
 * The responses that a later request may name, of this process. The oldest go first: when there are
 * too many, when they take too much memory, and when their time is over.
 */
export class ResponseStore {
  readonly #limits: StoreLimits;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #entries = new Map<string, StoredResponse & { readonly until: number }>();
  #bytes = 0;

  constructor(limits: StoreLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Keeps nothing of one that is larger than all may be together, or under an id that is another's. */
  add(id: string, stored: StoredResponse): void {
    if (this.isAnothers(id, stored.owner)) return;
    this.#remove(id);
    if (bytesOf(stored) > this.#limits.bytes || this.#limits.max === 0) return;
    this.#entries.set(id, { ...stored, until: this.#clock.now() + this.#limits.keepMs });
    this.#bytes += bytesOf(stored);
    for (const [oldest] of this.#entries) {
      const isFull = this.#entries.size > this.#limits.max || this.#bytes > this.#limits.bytes;
      if (!isFull) break;
      this.#remove(oldest);
    }
  }

  get(id: string, owner: string): StoredResponse | undefined {
    this.#forget();
    const entry = this.#entries.get(id);
    return entry?.owner === owner ? entry : undefined;
  }

  isAnothers(id: string, owner: string): boolean {
    this.#forget();
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.owner !== owner;
  }

  delete(id: string, owner: string): void {
    if (this.get(id, owner)) this.#remove(id);
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [id, { until }] of this.#entries) {
      if (until > now) return;
      this.#remove(id);
    }
  }

  #remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#bytes -= bytesOf(entry);
  }
}

const bytesOf = ({ kept }: StoredResponse): number => ENTRY_BYTES + (kept?.bytes ?? 0);
