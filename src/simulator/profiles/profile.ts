import type { JsonObject } from '#core/json.ts';
import type { Refusal } from '#simulator/admission.ts';
import type { Dimension, Gauge } from '#simulator/limit.ts';

/** A whole HTTP answer that says no. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** The one gauge per dimension that the vendor shows; a dimension without limits is absent. */
export type ShownGauges = Readonly<Partial<Record<Dimension, Gauge>>>;

/** What a vendor's API looks like from outside: its limits' words, its headers, its errors. */
export interface Profile {
  /** What a project offers unless its config says otherwise. */
  readonly models: readonly string[];
  /** Tokens that a prompt is charged for before it runs, from its size in UTF-16 units. */
  promptCharge(characters: number): number;
  /** Tokens that are charged for the answer when the caller sets no bound to it. */
  readonly defaultOutputCharge: number;
  /** Tokens that an image in a prompt counts. */
  readonly imageTokens: number;
  readonly embeddingDimensions: (model: string) => number;
  /** Headers of every answer to an authenticated call. `elapsedMs` is since it arrived. */
  baseHeaders(requestId: string, elapsedMs: number): Record<string, string>;
  /** Headers that tell what a model's limits have left. */
  limitHeaders(gauges: ShownGauges): Record<string, string>;
  refused(model: string, refusal: Refusal): ErrorAnswer;
  /** `key` is what the caller sent; the answer shows its ends at most. */
  unauthorized(key: string | undefined): ErrorAnswer;
  unknownModel(model: string): ErrorAnswer;
  missingParameter(name: string): ErrorAnswer;
  invalidParameter(message: string, param: string | undefined): ErrorAnswer;
  invalidJson(): ErrorAnswer;
  tooLarge(limitBytes: number): ErrorAnswer;
  unknownPath(method: string, path: string): ErrorAnswer;
  wrongMethod(method: string, path: string): ErrorAnswer;
  internal(): ErrorAnswer;
}
