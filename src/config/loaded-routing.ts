import type { JsonObject } from '#core/json.ts';

/** The failures that LiteLLM's policies tell apart; `default` is all that have no word of their own. */
export const POLICY_FAILURES = [
  'badRequest',
  'authentication',
  'timeout',
  'rateLimit',
  'contentPolicy',
  'internalServer',
  'serviceUnavailable',
  'badGateway',
  'notFound',
  'default',
] as const;

export type PolicyFailure = (typeof POLICY_FAILURES)[number];

/** A number for some failures: retries that they get, or how many are allowed before a cooldown. */
export type FailurePolicy = { readonly [Failure in PolicyFailure]?: number };

/** Whom to ask instead: a model, and the fields of the request's body that are others for it. */
export interface FallbackTarget {
  readonly model: string;
  readonly params: JsonObject;
}

/** By the name that was asked for: whom to ask instead, in this order. `*` holds for all others. */
export type Fallbacks = Readonly<Record<string, readonly FallbackTarget[]>>;

/** Dollars, and in how long; without that once and for all. */
export interface UpstreamBudget {
  readonly maxDollars: number;
  readonly duration?: string;
}

/** How requests find their deployment, and what happens when it fails. */
export interface RoutingSettings {
  /** The policy's name. */
  readonly strategy: string;
  readonly strategyOptions: JsonObject;
  readonly numRetries: number;
  /** Shortest pause before a retry that has no other deployment to go to, ms. */
  readonly retryAfterMs: number;
  readonly timeoutMs: number;
  readonly streamTimeoutMs?: number;
  /** Public name → group. */
  readonly aliases: Readonly<Record<string, { readonly group: string; readonly hidden: boolean }>>;
  /** For every failure but the two below. */
  readonly fallbacks: Fallbacks;
  /** For a prompt that is too long. Absent where none are configured: then `fallbacks` hold for it too. */
  readonly contextWindowFallbacks?: Fallbacks;
  /** For a prompt or an answer that the vendor's content policy refuses; absent as above. */
  readonly contentPolicyFallbacks?: Fallbacks;
  /** A request that has been handed on so many times opens no further list; as in LiteLLM, each list is gone through. */
  readonly maxFallbacks: number;
  /** Failures in a minute that cool nothing; absent where the config does not say. */
  readonly allowedFails?: number;
  readonly allowedFailsPolicy: FailurePolicy;
  /** How long a failing deployment stays out, each time; 0: it never does. Absent where the config does not say. */
  readonly cooldownMs?: number;
  readonly disableCooldowns: boolean;
  /** What each vendor may be paid, by its name (`provider_budget_config`). */
  readonly providerBudgets: Readonly<Record<string, UpstreamBudget>>;
  readonly retryPolicy: FailurePolicy;
  /** By group, in place of `retryPolicy`. */
  readonly groupRetryPolicy: Readonly<Record<string, FailurePolicy>>;
  /** Prompts that are too long for a deployment are kept from it; so are regions and abilities. */
  readonly preCallChecks: boolean;
  readonly tagFiltering: boolean;
  /** One tag in common is enough; else a deployment must have all of a request's tags. */
  readonly tagMatchAny: boolean;
  /** After retries, the other deployments of the group are tried by their weights. */
  readonly weightedFailover: boolean;
}
