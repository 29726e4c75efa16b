import type { Dimension } from '#core/quota.ts';
import type { z } from '#core/schema.ts';

/** One limit that a request would draw from. */
export interface QuotaRow {
  readonly dimension: Dimension;
  /** What comes back per minute, > 0. */
  readonly perMinute: number;
  /** What the limit holds when it is full, > 0, and what is left of that (a debt is negative). */
  readonly capacity: number;
  readonly level: number;
  /** What this request would take. */
  readonly cost: number;
}

/** How fast a deployment has been; what has not been measured is absent. */
export interface Latency {
  /** Until the first content, ms. */
  readonly firstMs?: number;
  /** Whole call divided by its output tokens, or the whole call where there are none, ms. */
  readonly perTokenMs?: number;
  /** Since the last measurement, ms. */
  readonly ageMs: number;
}

/** What a policy may know of a deployment: a row that it cannot change. Plain numbers; nothing to call or await. */
export interface Candidate {
  readonly name: string;
  /** Configured shares, ≥ 0; absent where the config states none. */
  readonly weight?: number | undefined;
  readonly rpm?: number | undefined;
  readonly tpm?: number | undefined;
  /** Calls under way, this request's siblings included. */
  readonly inFlight: number;
  /** Every limit that is known; empty where the upstream has shown none. */
  readonly quota: readonly QuotaRow[];
  /** Smoothed; absent until something has been measured. */
  readonly latency?: Latency | undefined;
  /** What this request is likely to cost, nano-dollars; absent where the model has no price. */
  readonly costNanos?: number | undefined;
  /** What has been used in this minute of the wall clock, for those who count by it. */
  readonly minute: { readonly requests: number; readonly tokens: number };
  /** Calls of the same run that this deployment's pool has been given. */
  readonly runCalls: number;
  /** Tokens of this prompt that its cache is likely to hold; 0 where nothing is known. */
  readonly cachedTokens: number;
  /** Whether this prompt's key belongs here when nothing else makes a difference. */
  readonly home?: boolean | undefined;
}

export interface Choice {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Never empty; every row may take the request: what cannot was left out before. */
  readonly candidates: readonly Candidate[];
  /** Whether the answer is wanted piece by piece. */
  readonly stream?: boolean;
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
