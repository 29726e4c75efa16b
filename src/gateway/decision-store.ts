import type { AdmitRequest } from '#balancer/admit.ts';
import type { Decision } from '#balancer/decision-record.ts';
import { shortId } from '#core/ids.ts';
import type { Over } from '#gateway/call.ts';

/** What a request asked of the balance, as far as a later one like it would ask the same. */
export type AskedAgain = Pick<
  AdmitRequest,
  'groups' | 'demand' | 'tenant' | 'priority' | 'stream' | 'models' | 'pinned' | 'needs' | 'tags'
> & {
  /** How long it might wait, ms. */
  readonly patienceMs: number;
};

export interface Remembered {
  readonly decision: Decision;
  /** What the caller was told, when it was refused. */
  readonly error?: string;
  /** Of a request that was refused for want of room. */
  readonly asked?: AskedAgain;
}

const TOO_MANY = 429;

/** A request as it is kept. */
export interface Kept {
  readonly id: string;
  /** As JSON, ≤ 1 KB: what is kept for long is one piece, and nothing to look through for a collector. */
  readonly text: string;
  readonly error: string | undefined;
  /** As JSON, of a request that was refused for want of room. */
  readonly asked: string | undefined;
}

/** Who keeps them for longer than this process lasts. */
export interface Keeper {
  kept(one: Kept): void;
  /** Only these are left, the oldest first. */
  forgotten(left: readonly Kept[]): void;
}

const ERROR_CHARS = 500;

/** The decisions of the last so many requests. */
export class DecisionStore {
  readonly #max: number;
  readonly #entries: Kept[] = [];
  /** Where the next one goes. */
  #next = 0;
  /** All that there have been. */
  #total = 0;
  #keeper: Keeper | undefined;

  /** `max` requests are remembered, ≥ 0, each with up to 2 KB. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Those of nobody who is known are not remembered: strangers could drive out all others. */
  add({ decision, call }: Over): void {
    if (this.#max === 0 || decision.tenant.key === '') return;
    const asked = decision.status === TOO_MANY ? call?.progress.asked : undefined;
    const kept = {
      id: decision.id,
      text: decision.text(),
      error: decision.error?.slice(0, ERROR_CHARS),
      asked: asked && askedText(asked),
    };
    this.#put(kept);
    this.#keeper?.kept(kept);
  }

  /** Those of a process before this one, the oldest first. */
  restore(all: readonly Kept[]): void {
    if (this.#max > 0) for (const kept of all) this.#put(kept);
  }

  /** Who hears of each from now on. */
  keptBy(keeper: Keeper): void {
    this.#keeper = keeper;
  }

  /** Forgets whatever a person's name stands in. */
  forget(user: string): void {
    const piece = `/${JSON.stringify(user).slice(1)}`;
    const named = `"user":${JSON.stringify(user)}`;
    const isTheirs = ({ text, asked }: Kept): boolean =>
      text.includes(piece) || asked?.includes(named) === true || asked?.includes(piece) === true;
    const left = this.#inTurn().filter((entry) => !isTheirs(entry));
    if (left.length === this.#entries.length) return;
    this.#entries.length = 0;
    this.#next = this.#total = 0;
    for (const entry of left) this.#put(entry);
    this.#keeper?.forgotten(left);
  }

  /** The oldest first. */
  #inTurn(): readonly Kept[] {
    const { length } = this.#entries;
    const first = length < this.#max ? 0 : this.#next;
    return [...this.#entries.slice(first), ...this.#entries.slice(0, first)];
  }

  #put(kept: Kept): void {
    this.#entries[this.#next] = kept;
    this.#next = (this.#next + 1) % this.#max;
    this.#total++;
  }

  get size(): number {
    return this.#entries.length;
  }

  /**
   * The newest first, from those before number `before` on. `fits` sees each record as JSON, and what
   * its caller was told, before it is read.
   */
  *newest(
    before = Infinity,
    fits: (record: string, error: string | undefined) => boolean = () => true,
  ): Generator<{ readonly seq: number; readonly remembered: Remembered }> {
    const { length } = this.#entries;
    const last = Math.min(this.#total, before) - 1;
    for (let seq = last; seq >= this.#total - length; seq--) {
      const entry = this.#entries[seq % this.#max]!;
      if (fits(entry.text, entry.error)) yield { seq, remembered: remembered(entry) };
    }
  }

  /** The latest whose id is this one, or begins with this one's short form. */
  find(id: string): Remembered | undefined {
    const { length } = this.#entries;
    const isShort = id === shortId(id);
    for (let back = 1; back <= length; back++) {
      const entry = this.#entries[(this.#next - back + length) % length]!;
      if (entry.id === id || (isShort && shortId(entry.id) === id)) return remembered(entry);
    }
    return undefined;
  }
}

const remembered = ({ text, error, asked }: Kept): Remembered => ({
  decision: JSON.parse(text) as Decision,
  ...(error !== undefined && { error }),
  ...(asked !== undefined && { asked: readAsked(asked) }),
});

/** As JSON, which knows neither maps nor waits without an end: pairs, and `null`, stand for them. */
const askedText = (asked: Omit<AdmitRequest, 'tried' | 'signal'>): string => {
  const { groups, demand, tenant, priority, stream, models, pinned, needs, tags } = asked;
  const patienceMs = asked.waitUntil - asked.arrivedAt;
  return JSON.stringify({
    groups,
    demand,
    tenant,
    priority,
    stream,
    pinned,
    needs,
    tags,
    patienceMs,
    models: models && [...models],
  });
};

type Written = Omit<AskedAgain, 'models' | 'patienceMs'> & {
  readonly models?: readonly (readonly [string, string])[];
  readonly patienceMs: number | null;
};

const readAsked = (text: string): AskedAgain => {
  const { models, patienceMs, ...rest } = JSON.parse(text) as Written;
  return {
    ...rest,
    patienceMs: patienceMs ?? Infinity,
    ...(models && { models: new Map(models) }),
  };
};
