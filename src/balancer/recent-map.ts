/** A map that forgets what was used longest ago once it is full. */
export class RecentMap<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();

  /** `most` entries at most, ≥ 1. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.#touch(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#touch(key, value);
    if (this.#values.size <= this.#most) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      break;
    }
  }

  get size(): number {
    return this.#values.size;
  }

  #touch(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
  }
}
