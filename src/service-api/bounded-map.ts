/** A map that forgets its oldest entries when there are more than it may hold. */
export class BoundedMap<Value> {
  readonly #map = new Map<string, Value>();
  readonly #most: number;
  readonly #forgotten: (value: Value) => void;

  constructor(most: number, forgotten: (value: Value) => void = () => {}) {
    this.#most = most;
    this.#forgotten = forgotten;
  }

  get(key: string): Value | undefined {
    return this.#map.get(key);
  }

  /** As the newest. */
  set(key: string, value: Value): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    for (const [oldest, gone] of this.#map) {
      if (this.#map.size <= this.#most) return;
      this.#map.delete(oldest);
      this.#forgotten(gone);
    }
  }

  delete(key: string): boolean {
    return this.#map.delete(key);
  }

  /** The newest first. */
  newest(): Value[] {
    return [...this.#map.values()].toReversed();
  }
}
