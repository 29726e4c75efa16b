import type { Clock } from '#core/clock.ts';
import { type JsonObject, own } from '#core/json.ts';
import type { Random } from '#core/random.ts';
import type { Latency } from '#simulator/config.ts';
import type { Exchange } from '#simulator/exchange.ts';
import type { Dimension, Gauge } from '#simulator/limit.ts';
import type { Profile, ShownGauges } from '#simulator/profiles/profile.ts';
import type { Project } from '#simulator/project.ts';
import { drawId } from '#simulator/draw.ts';
import { Refused } from '#simulator/refused.ts';

/** What every call of a simulator shares. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly profile: Profile;
}

/** Longest model name that is kept of a call for a model that does not exist, in UTF-16 units. */
const MODEL_NAME_CHARACTERS = 100;

/** One authenticated call to a model: its charge, its headers and its line in the project's log. */
export class ModelCall {
  readonly world: World;
  readonly project: Project;
  readonly exchange: Exchange;
  readonly body: JsonObject;
  readonly requestId: string;
  #limitHeaders: Readonly<Record<string, string>> = {};

  constructor(given: { world: World; project: Project; exchange: Exchange; body: JsonObject }) {
    this.world = given.world;
    this.project = given.project;
    this.exchange = given.exchange;
    this.body = given.body;
    this.requestId = drawId('req_', 32, given.world.random);
  }

  /** The model that the caller names. Throws Refused for none and for one the project lacks. */
  model(): string {
    const { profile } = this.world;
    const model = own(this.body, 'model');
    if (typeof model !== 'string' || model === '')
      throw new Refused(profile.missingParameter('model'));
    if (!this.project.has(model)) throw new Refused(profile.unknownModel(model));
    return model;
  }

  /** Charges the limits before anything runs. Throws Refused with 429 when one has no room. */
  charge(model: string, tokens: number): void {
    const { clock, profile } = this.world;
    const nowMs = clock.now();
    const admission = this.project.admit(model, { requests: 1, tokens }, nowMs);
    this.#limitHeaders = profile.limitHeaders(scarcest(this.project.gauges(model, nowMs)));
    if (!admission.admitted) throw new Refused(profile.refused(model, admission.refusal));
  }

  /** What every answer to this call carries; the limits are as they stood after the charge. */
  headers(): Record<string, string> {
    return {
      ...this.world.profile.baseHeaders(this.requestId, this.exchange.elapsedMs),
      ...this.#limitHeaders,
    };
  }

  /** Answers with the vendor's "no". */
  refuse({ answer }: Refused): void {
    this.log({ status: answer.status, inputTokens: 0, outputTokens: 0 });
    this.exchange.sendJson(answer.status, { ...this.headers(), ...answer.headers }, answer.body);
  }

  /** Enters the call into the project's log: before its last byte, so that who has it can look it up. */
  log(end: { status: number; inputTokens: number; outputTokens: number }): void {
    const model = own(this.body, 'model');
    this.project.record({
      atMs: this.exchange.arrivedAtMs,
      model: typeof model === 'string' ? model.slice(0, MODEL_NAME_CHARACTERS) : '',
      ...end,
    });
  }
}

/** Of each dimension the limit that has the least left: the one a caller must mind. */
const scarcest = (gauges: readonly Gauge[]): ShownGauges => {
  const shown: Partial<Record<Dimension, Gauge>> = {};
  for (const gauge of gauges.filter(({ shown = true }) => shown)) {
    const least = shown[gauge.dimension]?.remaining ?? Infinity;
    if (gauge.remaining < least) shown[gauge.dimension] = gauge;
  }
  return shown;
};
