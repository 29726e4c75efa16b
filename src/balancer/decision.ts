import type { Admission, FailureKind } from '#balancer/admit.ts';

// Bounds that keep a record under 1 KB as JSON.
const MAX_NAMES = 10;
const MAX_ATTEMPTS = 6;
const MAX_NAME_CHARS = 24;

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
  #last: Admission['routed'] = { choice: undefined, candidates: [], out: [] };
  readonly #attempts: { -readonly [K in keyof AttemptRecord]: AttemptRecord[K] }[] = [];

  constructor(id: string, group: string, options: { policy: string; arrivedMs: number }) {
    this.#id = id;
    this.#group = group;
    this.#policy = options.policy;
    this.#arrivedMs = options.arrivedMs;
  }

  admitted(admission: Admission): void {
    this.#queueMs += admission.queueMs;
    this.#last = admission.routed;
  }

  attemptStarted(deployment: string, now: number): void {
    this.#attempts.push({ deployment, startMs: this.#since(now) });
  }

  attemptFailed(kind: FailureKind, status: number, now: number): void {
    const attempt = this.#attempts.at(-1);
    if (attempt) Object.assign(attempt, { outcome: kind, status, endMs: this.#since(now) });
  }

  firstContent(now: number): void {
    const attempt = this.#attempts.at(-1);
    if (attempt) attempt.firstMs = this.#since(now);
  }

  ended(outcome: NonNullable<AttemptRecord['outcome']>, status: number, now: number): void {
    const attempt = this.#attempts.at(-1);
    if (attempt) Object.assign(attempt, { outcome, status, endMs: this.#since(now) });
  }

  get attempts(): number {
    return this.#attempts.length;
  }

  get queueMs(): number {
    return this.#queueMs;
  }

  build(): Decision {
    return {
      id: this.#id,
      group: cut(this.#group),
      policy: this.#policy,
      queueMs: Math.round(this.#queueMs),
      candidates: listed(this.#last.candidates.map(cut)),
      out: listed(this.#last.out.map(({ name, why }) => `${cut(name)}: ${cut(why)}`)),
      attempts: this.#attempts
        .slice(-MAX_ATTEMPTS)
        .map((attempt) => ({ ...attempt, deployment: cut(attempt.deployment) })),
    };
  }

  /** One header line: `simple-shuffle chose PJ2 of PJ1 PJ2 PJ3`. ASCII, without line breaks. */
  summary(): string {
    const { choice, candidates, out } = this.#last;
    const left = out.length > 0 ? `; out ${out.length}` : '';
    const names = listed(candidates.map(cut)).join(' ');
    return headerText(`${this.#policy} chose ${choice ?? 'none'} of ${names}${left}`);
  }

  #since(now: number): number {
    return Math.round((now - this.#arrivedMs) * 10) / 10;
  }
}

const cut = (text: string): string =>
  text.length > MAX_NAME_CHARS ? `${text.slice(0, MAX_NAME_CHARS - 1)}…` : text;

const listed = (names: readonly string[]): string[] =>
  names.length > MAX_NAMES
    ? [...names.slice(0, MAX_NAMES), `+${names.length - MAX_NAMES}`]
    : [...names];

/** Header values are Latin-1 at best: anything else, and control characters, become `?`. */
export const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');
