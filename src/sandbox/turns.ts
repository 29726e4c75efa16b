import { SpillwayError } from '#core/errors.ts';

interface Waits {
  readonly owner: string;
  readonly signal: AbortSignal;
  readonly reject: (error: Error) => void;
}

interface Place<T> {
  readonly job: T;
  /** Told when its signal ends. */
  readonly leave: () => void;
}

/**
 * What waits to be run, of several owners: they take turns, and one owner's own goes in its order.
 * Who asks for a thousand programs waits for a thousand; who asks for one waits for one of each.
 */
export class Turns<T extends Waits> {
  readonly #most: number;
  /** In the order of their turns; no line is empty. */
  readonly #lines = new Map<string, Place<T>[]>();
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Whose turn it is first. */
  owners(): string[] {
    return [...this.#lines.keys()];
  }

  count(owner: string): number {
    return this.#lines.get(owner)?.length ?? 0;
  }

  /** Where too many wait, the last of whoever has the most is refused, and may be this one. */
  add(job: T): void {
    if (job.signal.aborted) return job.reject(job.signal.reason as Error);
    if (this.#size >= this.#most) {
      const [crowd = job.owner] = this.owners().toSorted((a, b) => this.count(b) - this.count(a));
      if (this.count(crowd) <= this.count(job.owner) + 1) return job.reject(tooMany());
      this.#remove(crowd, this.count(crowd) - 1)?.reject(tooMany());
    }
    const leave = (): void => {
      const at = this.#lines.get(job.owner)?.findIndex((place) => place.job === job) ?? -1;
      this.#remove(job.owner, at)?.reject(job.signal.reason as Error);
    };
    job.signal.addEventListener('abort', leave, { once: true });
    const line = this.#lines.get(job.owner) ?? [];
    line.push({ job, leave });
    this.#lines.set(job.owner, line);
    this.#size++;
  }

  /** The next of an owner, who goes behind all others then. */
  take(owner = this.owners()[0] ?? ''): T | undefined {
    const job = this.#remove(owner, 0);
    const rest = this.#lines.get(owner);
    if (rest) {
      this.#lines.delete(owner);
      this.#lines.set(owner, rest);
    }
    return job;
  }

  #remove(owner: string, at: number): T | undefined {
    const line = this.#lines.get(owner) ?? [];
    const [place] = at < 0 ? [] : line.splice(at, 1);
    if (!place) return undefined;
    this.#size--;
    if (line.length === 0) this.#lines.delete(owner);
    place.job.signal.removeEventListener('abort', place.leave);
    return place.job;
  }
}

const tooMany = (): SpillwayError =>
  new SpillwayError('unavailable', 'Too much code is waiting to be run; try again.');
