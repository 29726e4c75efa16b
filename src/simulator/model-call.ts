import type { Clock } from '#core/clock.ts';
import { type JsonObject, own } from '#core/json.ts';
import type { Random } from '#core/random.ts';
import type { Cost, Reservation } from '#simulator/admission.ts';
import { type CallSize, settledCost, upFrontCost } from '#simulator/charging.ts';
import { missingParameter, unknownModel } from '#simulator/complaints.ts';
import type { SimulatorConfig } from '#simulator/config.ts';
import type { Exchange } from '#simulator/exchange.ts';
import type { Strike } from '#simulator/faults/script.ts';
import type { Verdict } from '#simulator/model-limits.ts';
import { profileAt } from '#simulator/profiles/index.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';
import type { Project } from '#simulator/project.ts';
import { drawId } from '#simulator/draw.ts';
import { Refused } from '#simulator/refused.ts';

/** What every call of a simulator shares. */
export interface World extends Pick<SimulatorConfig, 'latency' | 'answerTokens'> {
  readonly clock: Clock;
  readonly random: Random;
  /** The vendor towards callers that are no project's. */
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
  #limitHeaders: () => Readonly<Record<string, string>> = () => ({});
  #charged: { model: string; size: CallSize; reservation: Reservation } | undefined;
  #cost: Cost = {};
  #fault: string | undefined;
  #reachedLimits = false;

  constructor(given: { world: World; project: Project; exchange: Exchange; body: JsonObject }) {
    this.world = given.world;
    this.project = given.project;
    this.exchange = given.exchange;
    this.body = given.body;
    this.requestId = drawId('req_', 32, given.world.random);
  }

  get profile(): Profile {
    return profileAt(this.project.profile, this.exchange.path);
  }

  /** The model that the caller names. Throws Refused for none and for one the project lacks. */
  model(): string {
    const model = own(this.body, 'model');
    if (typeof model !== 'string' || model === '') throw new Refused(missingParameter('model'));
    if (!this.project.has(model)) throw new Refused(unknownModel(model));
    return model;
  }

  /**
   * Lets a fault strike it, or none. One that answers instead of the vendor does so now; the promise
   * is of whether it did.
   */
  async meet(strike: Strike | undefined): Promise<boolean> {
    this.#fault = strike?.kind;
    this.exchange.effect = strike?.effect;
    const answer = strike?.effect.answer?.(this.profile);
    if (answer === undefined) return false;
    this.project.turnedAway('fault');
    const { status, headers, text, bare } = answer;
    this.#log({ status, inputTokens: 0, outputTokens: 0 });
    const all = bare ? headers : { ...this.headers(), ...headers };
    await this.exchange.sendWhole({ status, headers: all }, text);
    return true;
  }

  /** Charges the limits before anything runs. Throws Refused when one has no room. */
  charge(model: string, size: CallSize): void {
    const { clock, random } = this.world;
    const nowMs = clock.now();
    this.#cost = upFrontCost(size, this.project.charging);
    this.#reachedLimits = true;
    const verdict = this.project.admit(model, this.#cost, nowMs);
    const gauges = this.project.tell(model, nowMs, random);
    const wallMs = clock.wall();
    this.#limitHeaders = () =>
      gauges.length === 0 ? {} : this.profile.limitHeaders(gauges, { wallMs, charged: this.#cost });
    if (!verdict.admitted) throw new Refused(this.#refusal(model, verdict));
    this.#charged = { model, size, reservation: verdict.reservation };
  }

  /** What every answer to this call carries; the limits are as they stood after the charge. */
  headers(): Record<string, string> {
    const { elapsedMs } = this.exchange;
    const { organisation, id: project } = this.project;
    return {
      ...this.profile.baseHeaders({ requestId: this.requestId, elapsedMs, organisation, project }),
      ...this.#limitHeaders(),
    };
  }

  /** Answers with the vendor's "no". */
  async refuse(refused: Refused): Promise<void> {
    const answer = refused.answer(this.profile);
    if (!this.#reachedLimits) this.project.turnedAway('wrong');
    this.#log({ status: answer.status, inputTokens: 0, outputTokens: 0 });
    const headers = { ...this.headers(), ...answer.headers };
    await this.exchange.sendJson(answer.status, headers, answer.body);
  }

  /** Charges what the call came to, and enters it into the project's log: before its last byte, so that who has it can look it up. */
  end(end: { status: number; inputTokens: number; outputTokens: number }): void {
    if (this.#charged !== undefined) {
      const { model, size, reservation } = this.#charged;
      this.#cost = settledCost(size, this.project.charging, {
        upFront: reservation.cost,
        outputTokens: end.outputTokens,
      });
      const nowMs = this.world.clock.now();
      this.project.settle(model, reservation, { actual: this.#cost, nowMs });
    }
    this.#log(end);
  }

  #log(end: { status: number; inputTokens: number; outputTokens: number }): void {
    const model = own(this.body, 'model');
    this.project.record({
      atMs: this.exchange.arrivedAtMs,
      model: typeof model === 'string' ? model.slice(0, MODEL_NAME_CHARACTERS) : '',
      ...end,
      ...(this.#fault !== undefined && { fault: this.#fault }),
    });
  }

  #refusal(model: string, verdict: Exclude<Verdict, { admitted: true }>): ErrorAnswer {
    const { id, organisation } = this.project;
    const caller = { organisation, project: id, model };
    if (!('reason' in verdict)) return this.profile.refused(verdict.refusal, caller);
    return verdict.reason === 'money'
      ? this.profile.unpaid(caller)
      : this.profile.tooFast(verdict.waitMs, caller);
  }
}
