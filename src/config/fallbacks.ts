import { z } from '#core/schema.ts';
import type { JsonObject } from '#core/json.ts';
import type { Fallbacks, FallbackTarget, RoutingSettings } from '#config/loaded-routing.ts';
import { name, whole } from '#config/values.ts';

/** A group, by its name or as LiteLLM's map of what a call to it has in its body. */
const target = z.union([name, z.looseObject({ model: name })]);
const targets = z.array(target);

/** A list of maps with one key each, as LiteLLM wants it. */
const chains = z.array(
  z
    .record(name, targets)
    .refine((map) => Object.keys(map).length === 1, 'a map of one name to a list of others'),
);

/** The keys about fallbacks, which may stand in `router_settings` and in `litellm_settings`. */
export const fallbackKeys = {
  fallbacks: chains.nullish(),
  context_window_fallbacks: chains.nullish(),
  content_policy_fallbacks: chains.nullish(),
  default_fallbacks: targets.nullish(),
  max_fallbacks: whole(0, 100).nullish(),
};

const schema = z.object(fallbackKeys);
export type WrittenFallbacks = z.infer<typeof schema>;

/** LiteLLM's `ROUTER_MAX_FALLBACKS`. */
const MAX_FALLBACKS = 5;

/** Key by key, the router's own before LiteLLM's general ones. */
export const loadFallbacks = (
  router: WrittenFallbacks,
  litellm: WrittenFallbacks,
): Pick<
  RoutingSettings,
  'fallbacks' | 'contextWindowFallbacks' | 'contentPolicyFallbacks' | 'maxFallbacks'
> => {
  const pick = <Key extends keyof WrittenFallbacks>(key: Key): WrittenFallbacks[Key] =>
    router[key] ?? litellm[key];
  const contextWindow = pick('context_window_fallbacks');
  const contentPolicy = pick('content_policy_fallbacks');
  const others = pick('default_fallbacks');
  return {
    fallbacks: toFallbacks([
      ...(pick('fallbacks') ?? []),
      ...(others && others.length > 0 ? [{ '*': others }] : []),
    ]),
    ...(contextWindow?.length ? { contextWindowFallbacks: toFallbacks(contextWindow) } : {}),
    ...(contentPolicy?.length ? { contentPolicyFallbacks: toFallbacks(contentPolicy) } : {}),
    maxFallbacks: pick('max_fallbacks') ?? MAX_FALLBACKS,
  };
};

/** The first entry of a name counts, as in LiteLLM. */
const toFallbacks = (written: z.infer<typeof chains>): Fallbacks => {
  // Clients choose the names that are looked up here: `constructor` must find nothing.
  const fallbacks = Object.create(null) as Record<string, readonly FallbackTarget[]>;
  for (const [from, to] of written.flatMap((map) => Object.entries(map)))
    fallbacks[from] ??= to.map(toTarget);
  return fallbacks;
};

const toTarget = (written: z.infer<typeof target>): FallbackTarget => {
  if (typeof written === 'string') return { model: written, params: {} };
  const { model, ...params } = written;
  return { model, params: params as JsonObject };
};
