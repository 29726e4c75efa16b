import type { PolicyWord } from '#balancer/classify.ts';
import type { RowHealth } from '#balancer/eligible.ts';
import { WindowCount } from '#balancer/window-count.ts';
import type { Random } from '#core/random.ts';

/** When a deployment is left out, where the config says so. What it does not say is ours to choose. */
export interface OutlierRules {
  /** Failures of one kind that a minute may have, for the kinds that are named. */
  readonly allowedOf?: { readonly [Word in PolicyWord]?: number };
  /** All others that a minute may have. */
  readonly allowed?: number;
  /** How long it stays out, ms: as long each time. 0: it never is. */
  readonly cooldownMs?: number;
}

/** One call, as far as its deployment's health is concerned. */
export interface OutlierCall {
  /** Counts the deployment's calls. */
  readonly seq: number;
  readonly startedAt: number;
  readonly isProbe: boolean;
  /** When it was counted as answered; undefined before. */
  answeredAt: number | undefined;
}

const STREAK = { calls: 5, kept: 50 };
const SHARE = { window: { windowMs: 30_000, steps: 6 }, leastCalls: 10 };
const MINUTE = { windowMs: 60_000, steps: 12 };
const FIRST_MS = 5_000;
const LONGEST_MS = 300_000;
/** How much longer or shorter an ejection may be, so that several do not come back together. */
const JITTER = 0.2;
/** After so long in good health the next ejection is half as long, ms. */
const FORGIVEN_MS = 300_000;
/** A probe that has said nothing for so long does not keep the second one waiting, ms. */
const PROBE_MS = 1_500;
const MOST_PROBES = 3;
/** So many in a row bring it back, or put it off: one alone may be chance. */
const PROBES = 2;
/** How long it takes until a deployment that is back has its whole share again, ms. */
const WARM_MS = 60_000;
const LEAST_SHARE = 0.1;

interface Ejection {
  readonly at: number;
  until: number;
  /** Calls that began after it and were answered. */
  answered: number;
  /** Of the last of them. */
  answeredSeq: number;
  /** Probes that failed, with no answer between. */
  missed: number;
  /** Under way. */
  probes: readonly OutlierCall[];
}

/**
 * Whether one deployment fails. It is ejected after five failures in a row, or when more than half of
 * at least ten calls in 30 s failed; for 5 s, and twice as long each further time, up to 5 minutes.
 * Then single calls probe it: two in a row that are answered bring it back, to a tenth of its share at
 * first, and two that fail put it off.
 */
export class Outlier {
  readonly #rules: OutlierRules;
  readonly #random: Random;
  readonly #good = new WindowCount(SHARE.window);
  readonly #bad = new WindowCount(SHARE.window);
  /** By kind where the rules name it, the others under `default`. */
  readonly #minutes = new Map<PolicyWord, WindowCount>();
  #seq = 0;
  /** Of the failed calls that began after all that were answered: their numbers. */
  #streak: readonly number[] = [];
  /** Of the last call, by its begin, that was answered. */
  #answeredSeq = -1;
  #ejection: Ejection | undefined;
  /** How often it was ejected, less what was forgiven. */
  #times = 0;
  #backAt = -Infinity;
  #warmFrom = -Infinity;
  #ejectedAt = -Infinity;
  #failedAt = -Infinity;

  constructor(rules: OutlierRules, random: Random) {
    this.#rules = rules;
    this.#random = random;
  }

  get isEjected(): boolean {
    return this.#ejection !== undefined;
  }

  started(now: number): OutlierCall {
    const ejection = this.#ejection;
    const isProbe = ejection !== undefined && this.#isProbed(ejection, now);
    const call = { seq: this.#seq++, startedAt: now, isProbe, answeredAt: undefined };
    if (ejection && isProbe) ejection.probes = [...ejection.probes, call];
    return call;
  }

  /** Its first content has come. True when that brings the deployment back. */
  answered(call: OutlierCall, now: number): boolean {
    const ejection = this.#ejection;
    if (!ejection) {
      // A row of failures is broken by what began after it, not by what began before and ends now.
      this.#answeredSeq = Math.max(this.#answeredSeq, call.seq);
      if (this.#streak.length > 0) this.#streak = this.#streak.filter((seq) => seq > call.seq);
      this.#good.add(now);
      call.answeredAt = now;
      return false;
    }
    this.#drop(call);
    // What began before the ejection says nothing of how it is since.
    if (call.startedAt < ejection.at) return false;
    ejection.missed = 0;
    ejection.answeredSeq = Math.max(ejection.answeredSeq, call.seq);
    if (++ejection.answered < PROBES) return false;
    this.#ejection = undefined;
    this.#streak = [];
    this.#good.clear();
    this.#bad.clear();
    this.#minutes.clear();
    this.#backAt = this.#warmFrom = now;
    return true;
  }

  /** How long it is ejected for, ms, where this failure was one too many. */
  failed(call: OutlierCall, word: PolicyWord, now: number): number | undefined {
    if (call.startedAt < this.#ejectedAt) return undefined;
    this.#failedAt = now;
    const ejection = this.#ejection;
    if (ejection) {
      this.#drop(call);
      // A later call knows better how it is now.
      if (call.seq < ejection.answeredSeq) return undefined;
      ejection.answered = 0;
      return call.isProbe && ++ejection.missed >= PROBES ? this.eject(now) : undefined;
    }
    this.#bad.add(now);
    // An answer that broke off is none.
    if (now - (call.answeredAt ?? -Infinity) < SHARE.window.windowMs) this.#good.add(now, -1);
    if (call.seq > this.#answeredSeq)
      this.#streak = [...this.#streak, call.seq].slice(-STREAK.kept);
    return this.#isTooMuch(word, now) ? this.eject(now) : undefined;
  }

  /** It ended without saying anything of health: a full limit, a caller's error, a caller who left. */
  dropped(call: OutlierCall): void {
    this.#drop(call);
  }

  /** Leaves it out, or out for longer; undefined where the config wants nobody left out. */
  eject(now: number): number | undefined {
    const { cooldownMs } = this.#rules;
    if (cooldownMs === 0) return undefined;
    const forMs = cooldownMs ?? this.#nextMs(now);
    const until = now + forMs;
    this.#ejection = { at: now, until, answered: 0, answeredSeq: -1, missed: 0, probes: [] };
    this.#ejectedAt = now;
    return forMs;
  }

  /** Its traffic grew too fast: it gets a small share, and more with time. */
  slowDown(now: number): void {
    this.#warmFrom = now;
  }

  /** Undefined while it is well. */
  view(now: number): RowHealth | undefined {
    const failedAgoMs = now - this.#failedAt;
    const ejection = this.#ejection;
    if (ejection) {
      if (this.#isProbed(ejection, now)) return { state: 'probe', why: PROBED, failedAgoMs };
      const backMs = ejection.probes.length === 0 ? ejection.until - now : Infinity;
      const why = backMs === Infinity ? PROBED : `fails; tried again in ${seconds(backMs)}`;
      return { state: 'out', why, failedAgoMs, backMs };
    }
    const warmMs = now - this.#warmFrom;
    if (warmMs >= WARM_MS) return undefined;
    const share = Math.max(LEAST_SHARE, warmMs / WARM_MS);
    return { state: 'warming', why: `back for ${seconds(warmMs)}`, failedAgoMs, share };
  }

  /** Whether the next call is a probe: its time is over, and no other one is still expected to answer. */
  #isProbed({ until, probes }: Ejection, now: number): boolean {
    const isExpected = probes.some(({ startedAt }) => now - startedAt < PROBE_MS);
    return now >= until && !isExpected && probes.length < MOST_PROBES;
  }

  #drop(call: OutlierCall): void {
    const ejection = this.#ejection;
    if (ejection && call.isProbe)
      ejection.probes = ejection.probes.filter((probe) => probe !== call);
  }

  #isTooMuch(word: PolicyWord, now: number): boolean {
    const { allowedOf = {}, allowed } = this.#rules;
    const own = allowedOf[word];
    if (own !== undefined) return this.#inMinute(word, now) > own;
    if (allowed !== undefined) return this.#inMinute('default', now) > allowed;
    const calls = this.#streak.length;
    const begun = Math.max(...this.#streak) - Math.min(...this.#streak) + 1;
    // Quick failures come before the answers of calls that began with them: those are still to come.
    if (2 * calls < begun) return false;
    if (calls >= STREAK.calls) return true;
    const bad = this.#bad.count(now);
    const all = bad + this.#good.count(now);
    return all >= SHARE.leastCalls && 2 * bad > all;
  }

  #inMinute(word: PolicyWord, now: number): number {
    let minute = this.#minutes.get(word);
    if (!minute) this.#minutes.set(word, (minute = new WindowCount(MINUTE)));
    minute.add(now);
    return minute.count(now);
  }

  #nextMs(now: number): number {
    const forgiven = this.#ejection ? 0 : Math.floor((now - this.#backAt) / FORGIVEN_MS);
    const times = Math.max(0, this.#times - forgiven);
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** times);
    this.#times = Math.min(times + 1, MOST_TIMES);
    return ms * (1 - JITTER + 2 * JITTER * this.#random());
  }
}

/** More would only have to be forgiven: 5 s doubled so often is more than 5 minutes. */
const MOST_TIMES = Math.ceil(Math.log2(LONGEST_MS / FIRST_MS));
const PROBED = 'failed; one call probes it';

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;
