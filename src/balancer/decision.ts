import { headerText } from '#core/header-text.ts';
import type { Admission } from '#balancer/admit.ts';
import type { FailureKind } from '#balancer/classify.ts';
import type { Routed } from '#balancer/route.ts';

const MAX_RECORD_BYTES = 1024;

interface Bounds {
  readonly names: number;
  readonly chars: number;
  readonly attempts: number;
}

/** Tried in turn until a record fits; the last one always does. */
const BOUNDS: readonly Bounds[] = [
  { names: 16, chars: 32, attempts: 6 },
  { names: 8, chars: 16, attempts: 4 },
  { names: 3, chars: 8, attempts: 3 },
];

export interface AttemptRecord {
  readonly deployment: string;
  /** From the request's arrival, ms. */
  readonly startMs: number;
  /** First byte of content, from the request's arrival, ms. */
  readonly firstMs?: number;
  readonly endMs?: number;
  readonly outcome?: 'ok' | 'abandoned' | FailureKind;
  readonly status?: number;
}

/** Why a request went where it went: who could, who could not and why, what was tried. ≤ 1 KB as JSON. */
export interface Decision {
  readonly id: string;
  readonly group: string;
  /** The group that had it last, where that is another one. */
  readonly fallback?: string;
  readonly policy: string;
  readonly queueMs: number;
  /** Of the last choice. */
  readonly candidates: readonly string[];
  readonly out: readonly string[];
  readonly attempts: readonly AttemptRecord[];
}

/** Gathers a decision while its request runs. */
export class DecisionBuilder {
  readonly #id: string;
  readonly #group: string;
  readonly #policy: string;
  readonly #arrivedMs: number;
  #queueMs = 0;
  #last: Pick<Routed, 'choice' | 'candidates' | 'out'> = {
    choice: undefined,
    candidates: [],
    out: [],
  };
  /** The groups that may take it now; those before have been asked in vain. */
  #groups: readonly string[];
  #handedOn = -1;
  /** Of those groups the one that took it last. */
  #place = 0;
  #retriesFrom = 0;
  readonly #attempts: { -readonly [K in keyof AttemptRecord]: AttemptRecord[K] }[] = [];

  constructor(id: string, group: string, options: { policy: string; arrivedMs: number }) {
    this.#id = id;
    this.#group = group;
    this.#groups = [group];
    this.#policy = options.policy;
    this.#arrivedMs = options.arrivedMs;
  }

  /** A group is asked, with those that may take it while that one is out of quota. */
  turnedTo(groups: readonly [string, ...string[]]): void {
    this.#groups = groups;
    this.#handedOn += 1 + this.#place;
    this.#place = 0;
    this.#retriesFrom = this.#attempts.length;
  }

  admitted(admission: Admission): void {
    this.#queueMs += admission.queueMs;
    this.#last = admission.routed;
    if (admission.lease) this.#place = Math.max(0, this.#groups.indexOf(admission.group));
  }

  attemptStarted(deployment: string, now: number): void {
    this.#attempts.push({ deployment, startMs: this.#since(now) });
  }

  attemptFailed(kind: FailureKind, status: number, now: number): void {
    this.ended(kind, status, now);
  }

  firstContent(now: number): void {
    const attempt = this.#attempts.at(-1);
    if (attempt) attempt.firstMs = this.#since(now);
  }

  ended(outcome: NonNullable<AttemptRecord['outcome']>, status: number, now: number): void {
    const attempt = this.#attempts.at(-1);
    if (!attempt) return;
    attempt.outcome = outcome;
    attempt.status = status;
    attempt.endMs = this.#since(now);
  }

  get attempts(): number {
    return this.#attempts.length;
  }

  /** Tries of the group that has it now, after the first one. */
  get retries(): number {
    return Math.max(0, this.#attempts.length - this.#retriesFrom - 1);
  }

  /** How many groups stand between the one that was asked for and the one that has it now. */
  get fallbacks(): number {
    return Math.max(0, this.#handedOn) + this.#place;
  }

  /** The group that has it now, or had it last. */
  get taking(): string {
    return this.#groups[this.#place] ?? this.#group;
  }

  get queueMs(): number {
    return this.#queueMs;
  }

  /** What one line of a log says of it. */
  served(): {
    group: string;
    fallback?: string;
    deployment?: string;
    outcome?: string;
    attempts: number;
    queueMs: number;
  } {
    const last = this.#attempts.at(-1);
    return {
      group: this.#group,
      ...this.#fallback(),
      ...(last && { deployment: last.deployment }),
      ...(last?.outcome && { outcome: last.outcome }),
      attempts: this.#attempts.length,
      queueMs: Math.round(this.#queueMs),
    };
  }

  build(): Decision {
    if (this.#isSmall()) return this.#record(BOUNDS[0]!);
    for (const bounds of BOUNDS) {
      const record = this.#record(bounds);
      if (Buffer.byteLength(JSON.stringify(record)) <= MAX_RECORD_BYTES) return record;
    }
    return this.#record(BOUNDS.at(-1)!);
  }

  /** Most records are far below the limit: counting characters (≤ 3 bytes each) is enough for them. */
  #isSmall(): boolean {
    const { candidates, out } = this.#last;
    let chars = 80 + this.#id.length + this.#group.length + this.taking.length;
    for (const name of candidates) chars += name.length + 2;
    for (const { name, why } of out) chars += name.length + why.length + 4;
    for (const { deployment } of this.#attempts) chars += deployment.length + 60;
    return chars * 3 <= MAX_RECORD_BYTES;
  }

  /** A log that is not interested never builds the record. */
  toJSON(): Decision {
    return this.build();
  }

  /** One header line: `simple-shuffle chose PJ2 of PJ1 PJ2 PJ3`. ASCII, without line breaks. */
  summary(): string {
    const { choice = 'none', candidates, out } = this.#last;
    const left = out.length > 0 ? `; out ${out.length}` : '';
    const names = listed(candidates, BOUNDS[1]!).join(' ');
    const { fallback } = this.#fallback(64);
    const instead = fallback === undefined ? '' : `; fallback ${fallback}`;
    return headerText(`${this.#policy} chose ${cut(choice, 64)} of ${names}${left}${instead}`);
  }

  #record(bounds: Bounds): Decision {
    const { chars } = bounds;
    const reasons = this.#last.out.map(
      ({ name, why }) => `${cut(name, chars)}: ${cut(why, chars)}`,
    );
    return {
      id: this.#id,
      group: cut(this.#group, chars),
      ...this.#fallback(chars),
      policy: this.#policy,
      queueMs: Math.round(this.#queueMs),
      candidates: listed(this.#last.candidates, bounds),
      out: listed(reasons, { ...bounds, chars: 2 * chars + 2 }),
      attempts: this.#attempts
        .slice(-bounds.attempts)
        .map((attempt) => ({ ...attempt, deployment: cut(attempt.deployment, chars) })),
    };
  }

  #fallback(chars = Infinity): { fallback?: string } {
    return this.taking === this.#group ? {} : { fallback: cut(this.taking, chars) };
  }

  #since(now: number): number {
    return Math.round((now - this.#arrivedMs) * 10) / 10;
  }
}

const isPlain = (text: string, chars: number): boolean =>
  text.length <= chars && /^[\x20-\x7e]*$/.test(text);

/** Without what is not printed: escaped it would take more room than it had. */
const cut = (text: string, chars: number): string =>
  (text.length > chars ? `${text.slice(0, chars - 1)}…` : text).replaceAll(/\p{C}/gu, '?');

const listed = (texts: readonly string[], { names, chars }: Bounds): readonly string[] => {
  if (texts.length <= names && texts.every((text) => isPlain(text, chars))) return texts;
  const shown = texts.slice(0, names).map((text) => cut(text, chars));
  return texts.length > names ? [...shown, `+${texts.length - names}`] : shown;
};
