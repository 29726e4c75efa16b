import { SpillwayError } from '#core/errors.ts';
import { admit, type Admission } from '#simulator/admission.ts';
import { Bucket, type Gauge, type Limit } from '#simulator/bucket.ts';
import { CallLog, type CallRecord } from '#simulator/call-log.ts';
import type { Limits, ProjectConfig, SimulatorConfig } from '#simulator/config.ts';

/** The newest calls that a project lists; its counters go on beyond them. */
const CALL_LOG_CAPACITY = 10_000;

/** What one call asks of a project's limits. Whole numbers ≥ 0. */
export interface Charge {
  readonly model: string;
  readonly requests: number;
  readonly tokens: number;
}

/** What `/simulator/projects` shows of a project: the names are those of its JSON. */
export interface ProjectReport {
  readonly id: string;
  /** Calls that reached the limits: admitted + refused. */
  readonly requests: number;
  readonly admitted: number;
  /** By the dimension of the limit that refused. */
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
  readonly #buckets: ReadonlyMap<string, readonly Bucket[]>;
  readonly #calls = new CallLog(CALL_LOG_CAPACITY);
  #admitted = 0;
  readonly #refused = { requests: 0, tokens: 0 };
  readonly #tokens = { input: 0, output: 0 };

  /** `shared` are the organisation's buckets, by model. */
  constructor(config: ProjectConfig, shared: ReadonlyMap<string, readonly Bucket[]>) {
    this.id = config.id;
    this.models = config.models;
    const limits = limitsOf('project', config);
    this.#buckets = new Map(
      config.models.map((model) => [
        model,
        [...limits.map((limit) => new Bucket(limit)), ...(shared.get(model) ?? [])],
      ]),
    );
  }

  has(model: string): boolean {
    return this.#buckets.has(model);
  }

  /** Charges every limit of the model or none. Throws `unknown_model` for one the project lacks. */
  admit(charge: Charge, nowMs: number): Admission {
    const admission = admit(this.#bucketsOf(charge.model), charge, nowMs);
    if (admission.admitted) this.#admitted++;
    else this.#refused[admission.refusal.dimension]++;
    return admission;
  }

  /** Every limit of the model as it stands. Throws `unknown_model` for one the project lacks. */
  gauges(model: string, nowMs: number): Gauge[] {
    return this.#bucketsOf(model).map((bucket) => bucket.gauge(nowMs));
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

  #bucketsOf(model: string): readonly Bucket[] {
    const buckets = this.#buckets.get(model);
    if (buckets === undefined) {
      throw new SpillwayError('unknown_model', `Project ${this.id} has no model ${model}.`);
    }
    return buckets;
  }
}

const byArrival = (calls: readonly CallRecord[]): readonly CallRecord[] =>
  calls.toSorted((a, b) => a.atMs - b.atMs);

/** The projects of a config, by their keys, with full buckets and empty logs. */
export const createProjects = (config: SimulatorConfig): Map<string, Project> => {
  const limits = limitsOf('organisation', config.organisation);
  const models = new Set(config.projects.flatMap((project) => project.models));
  const shared = new Map([...models].map((model) => [model, limits.map((l) => new Bucket(l))]));
  return new Map(config.projects.map((project) => [project.key, new Project(project, shared)]));
};

const limitsOf = (scope: Limit['scope'], { rpm, tpm, rpd }: Limits): Limit[] => {
  const limits: Limit[] = [];
  if (rpm !== undefined)
    limits.push({ scope, dimension: 'requests', window: 'minute', limit: rpm });
  if (rpd !== undefined) limits.push({ scope, dimension: 'requests', window: 'day', limit: rpd });
  if (tpm !== undefined) limits.push({ scope, dimension: 'tokens', window: 'minute', limit: tpm });
  return limits;
};
