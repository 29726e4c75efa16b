const WINDOW_MS = 60_000;
/** Names that are remembered; those that came up longest ago go. */
const MOST_NAMES = 10_000;

export interface MinuteCount {
  /** With this time. */
  readonly count: number;
  /** When counting begins anew, monotonic ms. */
  readonly endsMs: number;
}

/** How often each name came up within a minute of its first time. */
export class MinuteCounts {
  readonly #counts = new Map<string, MinuteCount>();

  add(name: string, now: number): MinuteCount {
    const known = this.#counts.get(name);
    const isOld = !known || now >= known.endsMs;
    const next = isOld
      ? { count: 1, endsMs: now + WINDOW_MS }
      : { count: known.count + 1, endsMs: known.endsMs };
    this.#counts.delete(name);
    if (this.#counts.size >= MOST_NAMES) this.#counts.delete(this.#counts.keys().next().value!);
    this.#counts.set(name, next);
    return next;
  }
}
