import { SpillwayError } from '#core/errors.ts';
import type { Admission, Cost } from '#simulator/admission.ts';
import { type Bucket, createBucket } from '#simulator/bucket.ts';
import { CallLog, type CallRecord } from '#simulator/call-log.ts';
import type { ProjectConfig, SimulatorConfig } from '#simulator/config.ts';
import { statedLimits } from '#simulator/config/limits.ts';
import type { Gauge } from '#simulator/limit.ts';
import { createLimiter, type Limiter } from '#simulator/limiter.ts';

/** The newest calls that a project lists; its counters go on beyond them. */
const CALL_LOG_CAPACITY = 10_000;

/** What `/simulator/projects` shows of a project: the names are those of its JSON. */
export interface ProjectReport {
  readonly id: string;
  /** Calls that reached the limits: admitted + refused. */
  readonly requests: number;
  readonly admitted: number;
  /** By what the limit counts that refused; input and output count as tokens. */
  readonly refused: { readonly requests: number; readonly tokens: number };
  readonly tokens: { readonly input: number; readonly output: number };
  /** The newest calls that have ended, in the order of their arrival, those with a wrong request too. */
  readonly calls: readonly {
    /** When the call arrived, ISO 8601. */
    readonly at: string;
    readonly model: string;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly status: number;
  }[];
}

/** One simulated project: its limits per model, its counters and the list of its calls. */
export class Project {
  readonly id: string;
  readonly models: readonly string[];
  readonly #limiters: ReadonlyMap<string, Limiter>;
  readonly #calls = new CallLog(CALL_LOG_CAPACITY);
  #admitted = 0;
  readonly #refused = { requests: 0, tokens: 0 };
  readonly #tokens = { input: 0, output: 0 };

  /** `shared` are the organisation's buckets, by model; `wallAtZeroMs` is for limits by the wall clock. */
  constructor(
    config: ProjectConfig,
    shared: ReadonlyMap<string, readonly Bucket[]>,
    wallAtZeroMs: number,
  ) {
    this.id = config.id;
    this.models = config.models;
    const limits = statedLimits('project', config);
    const { failedCountsRequest = true } = config;
    this.#limiters = new Map(
      config.models.map((model) => {
        const options = { failedCountsRequest, shared: shared.get(model) ?? [], wallAtZeroMs };
        return [model, createLimiter(limits, options)];
      }),
    );
  }

  has(model: string): boolean {
    return this.#limiters.has(model);
  }

  /** Charges every limit of the model or none. Throws `unknown_model` for one the project lacks. */
  admit(model: string, cost: Cost, nowMs: number): Admission {
    const admission = this.#limiterOf(model).admit(cost, nowMs);
    if (admission.admitted) this.#admitted++;
    else this.#refused[admission.refusal.dimension === 'requests' ? 'requests' : 'tokens']++;
    return admission;
  }

  /** Every limit of the model as it stands. Throws `unknown_model` for one the project lacks. */
  gauges(model: string, nowMs: number): Gauge[] {
    return this.#limiterOf(model).gauges(nowMs);
  }

  /** Enters a call that has ended. */
  record(call: CallRecord): void {
    this.#tokens.input += call.inputTokens;
    this.#tokens.output += call.outputTokens;
    this.#calls.push(call);
  }

  report(): ProjectReport {
    return {
      id: this.id,
      requests: this.#admitted + this.#refused.requests + this.#refused.tokens,
      admitted: this.#admitted,
      refused: { ...this.#refused },
      tokens: { ...this.#tokens },
      calls: byArrival(this.#calls.newest()).map((call) => ({
        at: new Date(call.atMs).toISOString(),
        model: call.model,
        input_tokens: call.inputTokens,
        output_tokens: call.outputTokens,
        status: call.status,
      })),
    };
  }

  #limiterOf(model: string): Limiter {
    const limiter = this.#limiters.get(model);
    if (limiter === undefined) {
      throw new SpillwayError('unknown_model', `Project ${this.id} has no model ${model}.`);
    }
    return limiter;
  }
}

const byArrival = (calls: readonly CallRecord[]): readonly CallRecord[] =>
  calls.toSorted((a, b) => a.atMs - b.atMs);

/**
 * The projects of a config, by their keys, with full buckets and empty logs. `wallAtZeroMs` is the
 * Unix epoch time at zero of the clock that charges come with.
 */
export const createProjects = (config: SimulatorConfig, wallAtZeroMs = 0): Map<string, Project> => {
  const limits = statedLimits('organisation', config.organisation);
  const models = new Set(config.projects.flatMap((project) => project.models));
  const shared = new Map(
    [...models].map((model) => [model, limits.map((limit) => createBucket(limit, wallAtZeroMs))]),
  );
  return new Map(
    config.projects.map((project) => [project.key, new Project(project, shared, wallAtZeroMs)]),
  );
};
