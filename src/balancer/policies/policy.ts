import type { z } from '#core/schema.ts';

/** What a policy may know of a deployment: a frozen row. Plain numbers; nothing to call or await. */
export interface Candidate {
  readonly name: string;
  /** Configured shares, ≥ 0; absent where the config states none. */
  readonly weight?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  /** Calls under way, this request's siblings included. */
  readonly inFlight: number;
}

export interface Choice {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Never empty; every row may take the request: what cannot was left out before. */
  readonly candidates: readonly Candidate[];
}

/** Names one of `choice.candidates`. Throws nothing, awaits nothing, keeps nothing between calls. */
export type Policy = (choice: Choice) => Candidate;

export interface PolicyModule {
  /** The word in `router_settings.routing_strategy`. */
  readonly name: string;
  /** Of `routing_strategy_args`. */
  readonly options: z.ZodType;
  /** Throws a ZodError when the options do not fit. */
  create(options: unknown): Policy;
}

/** A policy with options of its own type, as a module that the list can hold. */
export const definePolicy = <Options>(
  name: string,
  options: z.ZodType<Options>,
  create: (options: Options) => Policy,
): PolicyModule => ({ name, options, create: (raw) => create(options.parse(raw)) });
