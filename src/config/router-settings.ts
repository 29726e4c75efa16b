import type { Part } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import { aliasesSchema, loadAliases, warnOfHidden } from '#config/aliases.ts';
import { LIMITING_CHECK } from '#config/ceilings.ts';
import { allowedFailsPolicy, retryPolicy, warnOfPolicy } from '#config/failure-policy.ts';
import { fallbackKeys, type WrittenFallbacks } from '#config/fallbacks.ts';
import { hintFor, servedBy } from '#config/group-name.ts';
import { ROUTER_IDLE } from '#config/idle-keys.ts';
import type { FailurePolicy, RoutingSettings } from '#config/loaded-routing.ts';
import { present } from '#config/present.ts';
import {
  childOf,
  findingAt,
  keyFindingAt,
  NO_EFFECT,
  type Report,
  warnOfKeys,
} from '#config/section.ts';
import { findProvider } from '#providers/index.ts';
import { defaultStrategy, type KnownPolicy, loadStrategy, strategyName } from '#config/strategy.ts';
import {
  decimal,
  duration,
  flag,
  milliseconds,
  MOST_DOLLARS,
  name,
  seconds,
  toMs,
  whole,
} from '#config/values.ts';

/** What `router_settings` say; what other sections may say too is absent where this one does not. */
export interface RouterSettings {
  readonly routing: Omit<RoutingSettings, keyof ElsewhereToo | keyof FallbackSettings>;
  readonly elsewhereToo: Partial<ElsewhereToo>;
  readonly fallbacks: WrittenFallbacks;
  /** `routing_strategy` as written. */
  readonly strategy?: string;
  /** `optional_pre_call_checks`. */
  readonly checks: readonly string[];
  /** `default_max_parallel_requests`. */
  readonly maxParallelRequests?: number;
}

type ElsewhereToo = Pick<RoutingSettings, 'numRetries' | 'timeoutMs'> & {
  readonly allowedFails: number;
};
type FallbackSettings = Pick<
  RoutingSettings,
  'fallbacks' | 'contextWindowFallbacks' | 'contentPolicyFallbacks' | 'maxFallbacks'
>;

/** What the rest of the config has to say about these settings. */
export interface RouterContext {
  readonly groups: ReadonlySet<string>;
  readonly policies: readonly KnownPolicy[];
}

const providerBudget = z
  .looseObject({
    budget_limit: decimal(0, MOST_DOLLARS).nullish(),
    time_period: duration.nullish(),
    max_budget: decimal(0, MOST_DOLLARS).nullish(),
    budget_duration: duration.nullish(),
  })
  .refine(
    ({ budget_limit: limit, max_budget: most }) => typeof (limit ?? most) === 'number',
    'a budget_limit, dollars',
  );

const schemaFor = ({ groups, policies }: RouterContext) =>
  z.looseObject({
    routing_strategy: strategyName(policies).nullish(),
    routing_strategy_args: z.record(z.string(), z.unknown()).nullish(),
    num_retries: whole(0, 1000).nullish(),
    retry_after: seconds.nullish(),
    timeout: seconds.nullish(),
    stream_timeout: seconds.nullish(),
    model_group_alias: aliasesSchema(groups).nullish(),
    ...fallbackKeys,
    allowed_fails: whole(0, 1_000_000).nullish(),
    allowed_fails_policy: allowedFailsPolicy.schema.nullish(),
    cooldown_time: seconds.nullish(),
    disable_cooldowns: flag.nullish(),
    retry_policy: retryPolicy.schema.nullish(),
    model_group_retry_policy: z.record(name, retryPolicy.schema).nullish(),
    enable_pre_call_checks: flag.nullish(),
    optional_pre_call_checks: z.array(z.string()).nullish(),
    enable_tag_filtering: flag.nullish(),
    tag_filtering_match_any: flag.nullish(),
    default_max_parallel_requests: whole(0, 1e6).nullish(),
    enable_weighted_failover: flag.nullish(),
    provider_budget_config: z.record(name, providerBudget).nullish(),
  });

type Written = Partial<z.infer<ReturnType<typeof schemaFor>>>;

/** `router_settings`. Times are seconds in the file; 0 means "not set", as in LiteLLM. */
export const loadRouterSettings = (
  section: Part | undefined,
  context: RouterContext,
  report: Report,
): RouterSettings => {
  const { groups, policies } = context;
  if (!section || section.value === null) return settingsOf({}, defaultStrategy);
  const schema = schemaFor(context);
  warnOfKeys(section, { used: Object.keys(schema.shape), idle: ROUTER_IDLE }, report);
  const settings = report.read(section, schema);
  if (!settings) return settingsOf({}, defaultStrategy);
  warnOfHidden(section, settings.model_group_alias, { groups, report });
  warnOfIdleChecks(section, settings, report);
  warnOfPolicies(section, settings, { groups, report });
  for (const vendor of Object.keys(settings.provider_budget_config ?? {}))
    if (!findProvider(vendor))
      report.warn(
        keyFindingAt(
          section,
          ['provider_budget_config', vendor],
          'no provider has this name: it bounds nothing',
        ),
      );
  return settingsOf(
    settings,
    loadStrategy(section, settings.routing_strategy, { policies, report }),
  );
};

const settingsOf = (
  settings: Written,
  strategy: Pick<RoutingSettings, 'strategy' | 'strategyOptions'>,
): RouterSettings => ({
  routing: {
    ...strategy,
    ...present({
      streamTimeoutMs: toMs(settings.stream_timeout),
      // Here 0 is a value: nothing is left out for its failures.
      cooldownMs:
        typeof settings.cooldown_time === 'number'
          ? milliseconds(settings.cooldown_time)
          : undefined,
    }),
    retryAfterMs: toMs(settings.retry_after) ?? 0,
    aliases: loadAliases(settings.model_group_alias),
    allowedFailsPolicy: settings.allowed_fails_policy ?? {},
    disableCooldowns: settings.disable_cooldowns ?? false,
    retryPolicy: settings.retry_policy ?? {},
    groupRetryPolicy: groupPolicies(settings.model_group_retry_policy ?? {}),
    preCallChecks: settings.enable_pre_call_checks ?? false,
    tagFiltering: settings.enable_tag_filtering ?? false,
    tagMatchAny: settings.tag_filtering_match_any ?? true,
    weightedFailover: settings.enable_weighted_failover ?? false,
    providerBudgets: budgetsOf(settings.provider_budget_config ?? {}),
  },
  elsewhereToo: present({
    numRetries: settings.num_retries ?? undefined,
    timeoutMs: toMs(settings.timeout),
    allowedFails: settings.allowed_fails ?? undefined,
  }),
  fallbacks: settings,
  checks: settings.optional_pre_call_checks ?? [],
  ...present({
    strategy: settings.routing_strategy ?? undefined,
    maxParallelRequests: settings.default_max_parallel_requests || undefined,
  }),
});

const budgetsOf = (
  written: Readonly<Record<string, z.infer<typeof providerBudget>>>,
): RoutingSettings['providerBudgets'] =>
  Object.fromEntries(
    Object.entries(written).map(([provider, said]) => [
      provider,
      {
        maxDollars: said.budget_limit ?? said.max_budget ?? 0,
        ...present({ duration: said.time_period ?? said.budget_duration ?? undefined }),
      },
    ]),
  );

/** Clients choose the names that are looked up here: `constructor` must find nothing. */
const groupPolicies = (
  written: Readonly<Record<string, FailurePolicy>>,
): RoutingSettings['groupRetryPolicy'] =>
  Object.assign(Object.create(null) as Record<string, FailurePolicy>, written);

const warnOfIdleChecks = (
  section: Part,
  { optional_pre_call_checks: checks }: Written,
  report: Report,
): void => {
  for (const [i, check] of (checks ?? []).entries())
    if (check !== LIMITING_CHECK)
      report.warn(findingAt(section, ['optional_pre_call_checks', i], NO_EFFECT));
};

const warnOfPolicies = (
  section: Part,
  { model_group_retry_policy: policies, model_group_alias: aliases }: Written,
  { groups, report }: { readonly groups: ReadonlySet<string>; readonly report: Report },
): void => {
  warnOfPolicy(childOf(section, 'retry_policy'), retryPolicy, report);
  warnOfPolicy(childOf(section, 'allowed_fails_policy'), allowedFailsPolicy, report);
  const ofGroups = childOf(section, 'model_group_retry_policy');
  const names = new Set([...groups, ...Object.keys(aliases ?? {})]);
  const isServed = servedBy(names);
  for (const group of Object.keys(policies ?? {})) {
    warnOfPolicy(ofGroups && childOf(ofGroups, group), retryPolicy, report);
    if (names.has(group) || isServed(group)) continue;
    const message = `no model has this name, so this is never used${hintFor(group, names)}`;
    report.warn(keyFindingAt(section, ['model_group_retry_policy', group], message));
  }
};
