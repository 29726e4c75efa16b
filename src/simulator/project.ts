import { SpillwayError } from '#core/errors.ts';
import type { Random } from '#core/random.ts';
import type { Cost, Reservation } from '#simulator/admission.ts';
import type { Bucket } from '#simulator/bucket.ts';
import { CallLog, type CallRecord } from '#simulator/call-log.ts';
import type { Charging } from '#simulator/charging.ts';
import { statedLimits } from '#simulator/config/limits.ts';
import type { ProjectConfig } from '#simulator/config/projects.ts';
import { KeptResponses } from '#simulator/kept-responses.ts';
import type { Gauge } from '#simulator/limit.ts';
import { ModelLimits, type Verdict } from '#simulator/model-limits.ts';
import type { Profile } from '#simulator/profiles/profile.ts';
import { reportOf, type ProjectReport } from '#simulator/project-report.ts';
import { PromptCache } from '#simulator/prompt-cache.ts';
import { Purse } from '#simulator/purse.ts';
import { PLAIN_HEADERS } from '#simulator/told-limits.ts';

/** The newest calls that a project lists; its counters go on beyond them. */
const CALL_LOG_CAPACITY = 10_000;

/** What a project is part of. */
export interface Surroundings {
  /** The organisation's buckets, by model. */
  readonly shared: ReadonlyMap<string, readonly Bucket[]>;
  readonly organisation: string;
  readonly profile: Profile;
  /** Unix epoch time at zero of the clock that charges come with. */
  readonly wallAtZeroMs: number;
}

/** One simulated project: its limits per model, its money, its counters and the list of its calls. */
export class Project {
  readonly id: string;
  readonly models: readonly string[];
  readonly profile: Profile;
  readonly organisation: string;
  readonly charging: Charging;
  readonly cache: PromptCache | undefined;
  readonly responses = new KeptResponses();
  readonly #limits: ReadonlyMap<string, ModelLimits>;
  readonly #purse: Purse | undefined;
  readonly #calls = new CallLog(CALL_LOG_CAPACITY);
  #admitted = 0;
  readonly #refused = { requests: 0, tokens: 0, ramp: 0, money: 0, fault: 0, wrong: 0 };
  readonly #tokens = { input: 0, output: 0 };
  #overAdmissionAttempts = 0;

  constructor(
    config: ProjectConfig,
    { shared, organisation, profile, wallAtZeroMs }: Surroundings,
  ) {
    this.id = config.id;
    this.models = config.models;
    this.profile = profile;
    this.organisation = organisation;
    this.charging = { ...profile.charging, ...config.charging };
    this.cache = config.cache && new PromptCache(config.cache);
    this.#purse = config.money && new Purse(config.money);
    const limits = statedLimits('project', config, profile);
    const { failedCountsRequest = true, headers = PLAIN_HEADERS, ramp, hiddenLoad = 0 } = config;
    const rules = { limits, failedCountsRequest, headers, ramp, hiddenLoad, wallAtZeroMs };
    this.#limits = new Map(
      config.models.map((model) => [
        model,
        new ModelLimits({ ...rules, shared: shared.get(model) ?? [] }),
      ]),
    );
  }

  has(model: string): boolean {
    return this.#limits.has(model);
  }

  /** Charges every limit of the model or none. Throws `unknown_model` for one the project lacks. */
  admit(model: string, cost: Cost, nowMs: number): Verdict {
    const limits = this.#limitsOf(model);
    const verdict: Verdict = this.#purse?.empty
      ? { admitted: false, reason: 'money' }
      : limits.admit(cost, nowMs);
    if (verdict.admitted) this.#admitted++;
    else if ('reason' in verdict) this.#refused[verdict.reason]++;
    else {
      this.#refused[verdict.refusal.dimension === 'requests' ? 'requests' : 'tokens']++;
      if (limits.wasKnown(verdict.refusal)) this.#overAdmissionAttempts++;
    }
    return verdict;
  }

  /** Counts a call that got as far as no limit: a fault answered it, or it was asked wrongly. */
  turnedAway(why: 'fault' | 'wrong'): void {
    this.#refused[why]++;
  }

  /** The model's limits as they stand. */
  gauges(model: string, nowMs: number): Gauge[] {
    return this.#limitsOf(model).gauges(nowMs);
  }

  /** Charges what an admitted call came to in the end. */
  settle(model: string, reservation: Reservation, end: { actual: Cost; nowMs: number }): void {
    this.#limitsOf(model).settle(reservation, end.actual, end.nowMs);
  }

  /** What an answer may tell of the model's limits. */
  tell(model: string, nowMs: number, random: Random): Gauge[] {
    return this.#limitsOf(model).tell(nowMs, random);
  }

  /** Enters a call that has ended, and pays for it. */
  record(call: CallRecord): void {
    this.#tokens.input += call.inputTokens;
    this.#tokens.output += call.outputTokens;
    this.#purse?.pay(call);
    this.#calls.push(call);
  }

  /** What it has seen until `nowMs`. */
  report(nowMs: number): ProjectReport {
    const fullMs = (dimension: 'requests' | 'tokens'): number =>
      this.#limits.values().reduce((sum, limits) => sum + limits.fullMs(dimension, nowMs), 0);
    return reportOf({
      id: this.id,
      admitted: this.#admitted,
      refused: this.#refused,
      tokens: this.#tokens,
      overAdmissionAttempts: this.#overAdmissionAttempts,
      overflowMs: { requests: fullMs('requests'), tokens: fullMs('tokens') },
      leftUsd: this.#purse?.leftUsd,
      calls: this.#calls.newest(),
    });
  }

  #limitsOf(model: string): ModelLimits {
    const limits = this.#limits.get(model);
    if (limits === undefined) {
      throw new SpillwayError('unknown_model', `Project ${this.id} has no model ${model}.`);
    }
    return limits;
  }
}
