/**
 * A map that forgets what has not been used for long once it is full. Entries live in two
 * generations: what is used moves into the younger one, and when that is half of all, the older one
 * is forgotten and it takes its place. Reading what was read lately changes nothing.
 */
export class RecentMap<Value> {
  readonly #half: number;
  #younger = new Map<string, Value>();
  #older: ReadonlyMap<string, Value> = new Map();

  /** `most` entries at most, ≥ 2; the half of them that were used last are always there. */
  constructor(most: number) {
    this.#half = Math.floor(most / 2);
  }

  get(key: string): Value | undefined {
    const value = this.#younger.get(key);
    if (value !== undefined) return value;
    const old = this.#older.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#younger.size >= this.#half && !this.#younger.has(key)) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(key, value);
  }
}
