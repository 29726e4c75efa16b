import type { AdmitRequest } from '#balancer/admit.ts';
import type { Decision } from '#balancer/decision-record.ts';
import { shortId } from '#core/ids.ts';
import type { Over } from '#gateway/call.ts';
import { type Kept, keptIn, keptOf, lineOf } from '#gateway/kept-decision.ts';
import { type LineCopy, LineRing } from '#gateway/line-ring.ts';

/** What a request asked of the balance, as far as a later one like it would ask the same. */
export type AskedAgain = Pick<
  AdmitRequest,
  'groups' | 'demand' | 'tenant' | 'priority' | 'stream' | 'models' | 'pinned' | 'needs' | 'tags'
> & {
  /** How long it might wait, ms. */
  readonly patienceMs: number;
  /** The public token of the key that it came with. */
  readonly token?: string;
  /** For whom it was, where that is not the tenant's user. */
  readonly endUser?: string;
};

export interface Remembered {
  readonly decision: Decision;
  /** What the caller was told, when it was refused. */
  readonly error?: string;
  /** Of a request that was refused for want of room. */
  readonly asked?: AskedAgain;
}

const TOO_MANY = 429;
const ERROR_CHARS = 500;
/** So much is copied at once for a file, about: all that is remembered may be ten times as much. */
const COPIED_BYTES = 786_432;

/** The decisions of the last so many requests. */
export class DecisionStore {
  readonly #max: number;
  readonly #lines: LineRing;
  #forgotten = 0;

  /** `max` requests are remembered, ≥ 0, each with up to 2 KB. */
  constructor(max: number) {
    this.#max = max;
    this.#lines = new LineRing(Math.max(1, max));
  }

  /** Those of nobody who is known are not remembered: strangers could drive out all others. */
  add({ decision, call }: Over): void {
    if (this.#max === 0 || decision.tenant.key === '') return;
    const asked = decision.status === TOO_MANY ? call?.progress.asked : undefined;
    this.#lines.push(
      ...lineOf({
        id: decision.id,
        text: decision.text(),
        error: decision.error?.slice(0, ERROR_CHARS),
        asked: asked && askedText(asked, call),
      }),
    );
  }

  /** Lines of a process before this one, without their ends, the oldest first; what is none of ours is passed over. */
  restore(lines: readonly string[]): void {
    if (this.#max === 0) return;
    for (const line of lines) {
      const kept = keptIn(line);
      if (kept) this.#lines.push(...lineOf(kept));
    }
  }

  /** How often somebody has been forgotten: what was taken from here before is void. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The number that the next one gets. */
  get end(): number {
    return this.#lines.end;
  }

  /** Lines from this number on, as a file has them: some of those that are remembered, and where they end. */
  linesFrom(number: number): Pick<LineCopy, 'end' | 'bytes'> & { readonly count: number } {
    const { first, end, bytes } = this.#lines.copyFrom(number, COPIED_BYTES);
    return { count: end - first, end, bytes };
  }

  /** Forgets whatever a person's name stands in. */
  forget(user: string): void {
    const piece = `/${JSON.stringify(user).slice(1)}`;
    const named = new RegExp(`"(?:user|endUser)":${RegExp.escape(JSON.stringify(user))}`);
    const isTheirs = ({ text, asked }: Kept): boolean =>
      text.includes(piece) || (asked !== undefined && (named.test(asked) || asked.includes(piece)));
    const all = Array.from({ length: this.size }, (_, i) => this.#lines.at(this.#lines.first + i));
    const left = all.filter((line) => !isTheirs(keptOf(line)));
    if (left.length === all.length) return;
    this.#lines.clear();
    for (const line of left) this.#lines.push(line);
    this.#forgotten++;
  }

  get size(): number {
    return this.#lines.size;
  }

  /**
   * The newest first, from those before number `before` on. `fits` sees each record as JSON, and what
   * its caller was told, before it is read.
   */
  *newest(
    before = Infinity,
    fits: (record: string, error: string | undefined) => boolean = () => true,
  ): Generator<{ readonly seq: number; readonly remembered: Remembered }> {
    const last = Math.min(this.#lines.end, before) - 1;
    for (let seq = last; seq >= this.#lines.first; seq--) {
      const kept = keptOf(this.#lines.at(seq));
      if (fits(kept.text, kept.error)) yield { seq, remembered: remembered(kept) };
    }
  }

  /** The latest whose id is this one, or begins with this one's short form. */
  find(id: string): Remembered | undefined {
    const isShort = id === shortId(id);
    for (let number = this.#lines.end - 1; number >= this.#lines.first; number--) {
      const line = this.#lines.at(number);
      const known = line.slice(0, line.indexOf('\t'));
      if (known === id || (isShort && shortId(known) === id)) return remembered(keptOf(line));
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
const askedText = (asked: Omit<AdmitRequest, 'tried' | 'signal'>, call: Over['call']): string => {
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
    token: call?.pass?.key.token,
    endUser: call?.endUser,
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
