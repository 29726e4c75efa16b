import { parseDuration, type Window, windowAt } from '#keys/duration.ts';

/** So many lengths of budgets are in use at most; more are computed each time. */
const MOST = 1_000;

/** The running windows of the calendar in one time zone, computed once each. */
export class Windows {
  readonly #timeZone: string;
  readonly #running = new Map<string, Window>();

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  at(duration: string, wallMs: number): Window {
    const known = this.#running.get(duration);
    if (known && wallMs >= known.startMs && wallMs < known.endMs) return known;
    const found = windowAt(parseDuration(duration, 'budget_duration'), wallMs, this.#timeZone);
    if (this.#running.size < MOST || known) this.#running.set(duration, found);
    return found;
  }
}
