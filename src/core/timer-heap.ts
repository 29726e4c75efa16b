/** One thing that happens at one instant of a simulation. */
export interface Timer<Task> {
  readonly atMs: number;
  readonly task: Task;
}

interface Entry<Task> extends Timer<Task> {
  readonly seq: number;
}

/** Timers by their instant, those of one instant in the order in which they were set: O(log n) each. */
export class TimerHeap<Task> {
  readonly #entries: Entry<Task>[] = [];
  #seq = 0;

  /** The next one; it stays in the heap. */
  first(): Timer<Task> | undefined {
    return this.#entries[0];
  }

  push(atMs: number, task: Task): void {
    const entry = { atMs, task, seq: this.#seq++ };
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (isBefore(entries[above]!, entry)) break;
      entries[at] = entries[above]!;
      at = above;
    }
    entries[at] = entry;
  }

  pop(): Timer<Task> | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (first !== last) this.#sink(last!);
    return first;
  }

  /** Puts `entry` at the top, whose place is free, and moves it down to where it belongs. */
  #sink(entry: Entry<Task>): void {
    const entries = this.#entries;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= entries.length) break;
      if (below + 1 < entries.length && isBefore(entries[below + 1]!, entries[below]!)) below++;
      if (isBefore(entry, entries[below]!)) break;
      entries[at] = entries[below]!;
      at = below;
    }
    entries[at] = entry;
  }
}

const isBefore = <Task>(a: Entry<Task>, b: Entry<Task>): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq);
