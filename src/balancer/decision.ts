import type { Admission, Spent, Tenant } from '#balancer/admit.ts';
import { choiceText } from '#balancer/choice-text.ts';
import type { FailureKind } from '#balancer/classify.ts';
import {
  type AttemptRecord,
  BOUNDS,
  type Bounds,
  cut,
  type Decision,
  isPlain,
  listed,
  MAX_RECORD_BYTES,
  tenantText,
  type WaitRecord,
  waitRecord,
} from '#balancer/decision-record.ts';
import type { LinePlace } from '#balancer/explanation.ts';
import type { Routed } from '#balancer/route.ts';
import type { ErrorCode, SpillwayError } from '#core/errors.ts';
import { headerText } from '#core/header-text.ts';
import type { QuotaRefusal } from '#core/quota.ts';
import { MOST_UTF8 } from '#core/utf8.ts';

/** What is known of a request before anything is decided. */
export interface Arrival {
  readonly policy: string;
  /** When it came: monotonic ms, and Unix epoch ms where that is known. */
  readonly arrivedMs: number;
  readonly wallMs?: number;
  readonly tenant?: Tenant;
  /** The model as its caller wrote it, where it was refused before a group was found. */
  readonly asked?: string | undefined;
}

interface Wait {
  readonly place: LinePlace;
  readonly out: Routed['out'];
  readonly queueMs: number;
}

/** What is counted of a request that is over. */
export interface DecisionFacts {
  /** The one that was asked for; empty where it was refused before that was known. */
  readonly group: string;
  readonly tries: readonly Pick<AttemptRecord, 'deployment' | 'outcome'>[];
  readonly queueMs: number;
  readonly totalMs: number;
  /** As its vendor counted, or what stands for that. */
  readonly tokensIn?: number | undefined;
  readonly tokensOut?: number | undefined;
  /** Nano-dollars; absent where nothing has been counted, or it has no price. */
  readonly costNanos?: number | undefined;
  /** Why it was refused. */
  readonly code?: ErrorCode | undefined;
}

/** Every field from the first: all attempts have one shape. */
type Attempt = { -readonly [K in keyof Required<AttemptRecord>]: AttemptRecord[K] };

const NOTHING_ROUTED: Pick<Routed, 'choice' | 'candidates' | 'out' | 'levels'> = {
  choice: undefined,
  candidates: [],
  out: [],
  levels: [],
};

/** Gathers a decision while its request runs. */
export class DecisionBuilder implements DecisionFacts {
  readonly #id: string;
  readonly #group: string;
  readonly #arrival: Arrival;
  #queueMs = 0;
  #last: Pick<Routed, 'choice' | 'candidates' | 'out' | 'levels'> = NOTHING_ROUTED;
  /** The groups that may take it now; those before have been asked in vain. None: the one that was asked for. */
  #groups = NONE;
  #handedOn = -1;
  /** Of those groups the one that took it last. */
  #place = 0;
  #retriesFrom = 0;
  /** Where it waits, and where it has waited longest. */
  #waiting: Wait | undefined;
  #longest: Wait | undefined;
  #attempts: readonly Attempt[] = NO_ATTEMPTS;
  #status: number | undefined;
  #totalMs: number | undefined;
  #error: SpillwayError | undefined;
  #tokensIn: number | undefined;
  #tokensOut: number | undefined;
  #costNanos: number | undefined;
  #isEstimated = false;
  #upstreamId: string | undefined;
  /** Of the last choice, once somebody has asked for it. */
  #summary: string | undefined;
  #dropped: readonly string[] | undefined;

  constructor(id: string, group: string, arrival: Arrival) {
    this.#id = id;
    this.#group = group;
    this.#arrival = arrival;
  }

  get id(): string {
    return this.#id;
  }

  /** Whose request it is; empty where nobody knows. */
  get tenant(): Tenant {
    return this.#arrival.tenant ?? NOBODY;
  }

  /** What the caller was told when it was refused. */
  get error(): string | undefined {
    return this.#error?.message;
  }

  /** The group that was asked for. */
  get group(): string {
    return this.#group;
  }

  get tries(): readonly AttemptRecord[] {
    return this.#attempts;
  }

  /** 0 before its end. */
  get totalMs(): number {
    return this.#totalMs ?? 0;
  }

  /** Unix epoch ms; of one under way, when it came. */
  get endedWallMs(): number {
    return (this.#arrival.wallMs ?? 0) + this.totalMs;
  }

  get code(): ErrorCode | undefined {
    return this.#error?.code;
  }

  /** What the vendor calls the last call, where it says. */
  get upstreamId(): string | undefined {
    return this.#upstreamId;
  }

  /** Of the end; 0 before it. */
  get status(): number {
    return this.#status ?? 0;
  }

  /** A group is asked, with those that may take it while that one is out of quota. */
  turnedTo(groups: readonly [string, ...string[]]): void {
    this.#groups = groups;
    this.#handedOn += 1 + this.#place;
    this.#place = 0;
    this.#retriesFrom = this.#attempts.length;
    this.#summary = undefined;
  }

  /** It comes to wait, or is refused because it would wait for too long. */
  waits(place: LinePlace, routed: Routed): void {
    this.#waiting = { place, out: routed.out, queueMs: 0 };
  }

  admitted(admission: Admission): void {
    const { queueMs, routed } = admission;
    this.#queueMs += queueMs;
    this.#last = routed;
    this.#summary = undefined;
    if (admission.lease) this.#place = Math.max(0, this.#groups.indexOf(admission.group));
    if (this.#waiting && queueMs >= (this.#longest?.queueMs ?? 0))
      this.#longest = { ...this.#waiting, queueMs };
    this.#waiting = undefined;
  }

  attemptStarted(deployment: string, now: number): void {
    const attempt = {
      deployment,
      startMs: this.#since(now),
      firstMs: undefined,
      endMs: undefined,
      outcome: undefined,
      status: undefined,
      refusal: undefined,
    };
    // Most often the only one: a list that grows keeps room for sixteen more.
    this.#attempts = [...this.#attempts, attempt];
  }

  /** The upstream of the attempt under way refuses for the sake of a limit. */
  refused({ windowMs: _, ...refusal }: QuotaRefusal): void {
    const attempt = this.#attempts.at(-1);
    if (attempt) attempt.refusal = refusal;
  }

  attemptFailed(outcome: FailureKind | 'abandoned', status: number, now: number): void {
    this.#attemptEnded(outcome, status, this.#since(now));
  }

  /** What the vendor calls the call under way. */
  calledUpstream(id: string): void {
    this.#upstreamId = id;
  }

  /** Parameters of its caller's that the answer under way was asked for without. */
  leftOut(names: readonly string[]): void {
    this.#dropped = names;
  }

  firstContent(now: number): void {
    const attempt = this.#attempts.at(-1);
    if (attempt) attempt.firstMs = this.#since(now);
  }

  /** The answer has ended, well or not. */
  ended(outcome: NonNullable<AttemptRecord['outcome']>, status: number, now: number): void {
    const totalMs = this.#since(now);
    this.#attemptEnded(outcome, status, totalMs);
    this.#status = status;
    this.#totalMs = totalMs;
    this.#error = undefined;
  }

  /** It has been refused, here or upstream. */
  failed(error: SpillwayError, now: number): void {
    this.#status = error.status;
    this.#totalMs = this.#since(now);
    this.#error = error;
  }

  /** What the vendor counted, and what that comes to where it has a price. */
  counted({ inputTokens, outputTokens }: Spent, costNanos?: number): void {
    this.#tokensIn = inputTokens;
    this.#tokensOut = outputTokens;
    this.#costNanos = costNanos;
  }

  get tokensIn(): number | undefined {
    return this.#tokensIn;
  }

  get tokensOut(): number | undefined {
    return this.#tokensOut;
  }

  /** Nano-dollars; undefined where nothing has been counted yet, or it has no price. */
  get costNanos(): number | undefined {
    return this.#costNanos;
  }

  /** Its vendor did not count. */
  get usageEstimated(): true | undefined {
    return this.#isEstimated || undefined;
  }

  /** What it has probably come to, where its vendor did not count, or not credibly. */
  estimated(spent: Spent, costNanos?: number): void {
    this.counted(spent, costNanos);
    this.#isEstimated = true;
  }

  get attempts(): number {
    return this.#attempts.length;
  }

  /** What each try has come to, as far as it has. */
  get outcomes(): readonly AttemptRecord['outcome'][] {
    return this.#attempts.map(({ outcome }) => outcome);
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

  /** The group that has it now, or had it last, where that is another one. */
  get fallback(): string | undefined {
    const { taking } = this;
    return taking === this.#group ? undefined : taking;
  }

  /** The record as JSON. */
  text(): string {
    let text = '';
    for (const bounds of BOUNDS) {
      text = JSON.stringify(this.#record(bounds));
      // Most are far below the limit: counting characters is enough for them.
      if (
        text.length * MOST_UTF8 <= MAX_RECORD_BYTES ||
        Buffer.byteLength(text) <= MAX_RECORD_BYTES
      )
        break;
    }
    return text;
  }

  /** A log that is not interested never builds the record. */
  toJSON(): Decision {
    return JSON.parse(this.text()) as Decision;
  }

  /** One header line: `simple-shuffle chose PJ2 of PJ1 PJ2 PJ3`. ASCII, without line breaks. */
  summary(): string {
    return (this.#summary ??= this.#summed());
  }

  #summed(): string {
    const { choice = 'none', candidates, out } = this.#last;
    const chosen = choiceText(this.#arrival.policy, choice, candidates);
    const left = out.length > 0 ? `; out ${out.length}` : '';
    const fallback = this.#fallback(64);
    return fallback === undefined
      ? chosen + left
      : `${chosen}${left}; fallback ${headerText(fallback)}`;
  }

  #attemptEnded(outcome: AttemptRecord['outcome'], status: number, endMs: number): void {
    const attempt = this.#attempts.at(-1);
    if (!attempt) return;
    attempt.outcome = outcome;
    attempt.status = status;
    attempt.endMs = endMs;
  }

  /** What is undefined is left out when it is written. */
  #record(bounds: Bounds): { readonly [K in keyof Required<Decision>]: Decision[K] | undefined } {
    const { chars, names } = bounds;
    const { policy, wallMs = 0, asked } = this.#arrival;
    const { candidates, out, levels } = this.#last;
    return {
      id: this.#id,
      at: Math.round(wallMs),
      group: cut(this.#group, chars),
      asked: asked && cut(asked, chars),
      fallback: this.#fallback(chars),
      policy,
      tenant: cut(tenantText(this.tenant), chars),
      status: this.#status,
      totalMs: this.#totalMs,
      tokensIn: this.#tokensIn,
      tokensOut: this.#tokensOut,
      costNanos: this.#costNanos,
      usageEstimated: this.usageEstimated,
      dropped: this.#dropped && listed(this.#dropped, bounds),
      queueMs: Math.round(this.#queueMs),
      wait: this.#wait(bounds),
      candidates: listed(candidates, bounds),
      levels: levels.length > names ? levels.slice(0, names) : levels,
      out: out.length === 0 ? NONE : listed(reasonsOf(out, chars), { names, chars: 2 * chars + 2 }),
      attempts: this.#tried(bounds),
    };
  }

  #wait(bounds: Bounds): WaitRecord | undefined {
    if (this.#waiting) return { inVain: true, ...waitRecord(this.#waiting, bounds) };
    return this.#longest && waitRecord(this.#longest, bounds);
  }

  #tried({ attempts, chars }: Bounds): readonly AttemptRecord[] {
    const all = this.#attempts;
    if (all.length <= attempts && all.every(({ deployment }) => isPlain(deployment, chars)))
      return all;
    return all.slice(-attempts).map((attempt) => {
      const deployment = cut(attempt.deployment, chars);
      return deployment === attempt.deployment ? attempt : { ...attempt, deployment };
    });
  }

  #fallback(chars: number): string | undefined {
    const { fallback } = this;
    return fallback && cut(fallback, chars);
  }

  #since(now: number): number {
    return Math.round((now - this.#arrival.arrivedMs) * 10) / 10;
  }
}

const NONE: readonly string[] = [];
const NO_ATTEMPTS: readonly Attempt[] = [];

const reasonsOf = (out: Routed['out'], chars: number): readonly string[] =>
  out.map(({ name, why }) => `${cut(name, chars)}: ${cut(why, chars)}`);

const NOBODY: Tenant = { key: '', user: '' };
