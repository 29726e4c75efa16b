import type { Part } from '#core/check-schema.ts';
import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { ROUTER_IDLE } from '#config/idle-keys.ts';
import { groupName, hintFor } from '#config/group-name.ts';
import { present } from '#config/present.ts';
import { childOf, findingAt, keyFindingAt, type Report, warnOfKeys } from '#config/section.ts';
import { flag, name, seconds, toMs, whole } from '#config/values.ts';

/** A routing policy that exists, as the balancer's list has it. */
export interface KnownPolicy {
  readonly name: string;
  /** Of `routing_strategy_args`. */
  readonly options: z.ZodType;
}

export interface RouterSettings {
  readonly strategy: string;
  readonly strategyOptions: JsonObject;
  readonly numRetries?: number;
  readonly retryAfterMs: number;
  readonly timeoutMs?: number;
  readonly streamTimeoutMs?: number;
  readonly aliases: Readonly<Record<string, { readonly group: string; readonly hidden: boolean }>>;
}

const DEFAULT_STRATEGY = 'simple-shuffle';

/** LiteLLM's own strategies: a file that names one loads, whether or not it exists here yet. */
const LITELLM_STRATEGIES = [
  'simple-shuffle',
  'least-busy',
  'usage-based-routing',
  'usage-based-routing-v2',
  'latency-based-routing',
  'cost-based-routing',
  'provider-budget-routing',
];

/** What the rest of the config has to say about these settings. */
export interface RouterContext {
  readonly groups: ReadonlySet<string>;
  readonly policies: readonly KnownPolicy[];
}

const schemaFor = ({ groups, policies }: RouterContext) => {
  const group = groupName(groups);
  const strategies = new Set([...policies.map((policy) => policy.name), ...LITELLM_STRATEGIES]);
  const strategy = z.string().refine((text) => strategies.has(text), {
    error: ({ input }) => `a routing strategy${hintFor(String(input), strategies)}`,
  });
  return z.looseObject({
    routing_strategy: strategy.nullish(),
    routing_strategy_args: z.record(z.string(), z.unknown()).nullish(),
    num_retries: whole(0, 1000).nullish(),
    retry_after: seconds.nullish(),
    timeout: seconds.nullish(),
    stream_timeout: seconds.nullish(),
    model_group_alias: z
      .record(name, z.union([group, z.looseObject({ model: group, hidden: flag.nullish() })]))
      .nullish(),
  });
};

type Written = z.infer<ReturnType<typeof schemaFor>>;

const NOTHING: RouterSettings = {
  strategy: DEFAULT_STRATEGY,
  strategyOptions: {},
  retryAfterMs: 0,
  aliases: {},
};

/** `router_settings`. Times are seconds in the file; 0 means "not set", as in LiteLLM. */
export const loadRouterSettings = (
  section: Part | undefined,
  context: RouterContext,
  report: Report,
): RouterSettings => {
  if (!section || section.value === null) return NOTHING;
  const schema = schemaFor(context);
  warnOfKeys(section, { used: Object.keys(schema.shape), idle: ROUTER_IDLE }, report);
  const settings = report.read(section, schema);
  if (!settings) return NOTHING;
  warnOfHidden(section, settings, { groups: context.groups, report });
  return {
    ...loadStrategy(section, settings, { policies: context.policies, report }),
    ...present({
      numRetries: settings.num_retries ?? undefined,
      timeoutMs: toMs(settings.timeout),
      streamTimeoutMs: toMs(settings.stream_timeout),
    }),
    retryAfterMs: toMs(settings.retry_after) ?? 0,
    aliases: aliasesOf(settings),
  };
};

const loadStrategy = (
  section: Part,
  { routing_strategy: written }: Written,
  { policies, report }: { policies: readonly KnownPolicy[]; report: Report },
): Pick<RouterSettings, 'strategy' | 'strategyOptions'> => {
  const strategy = written ?? DEFAULT_STRATEGY;
  const policy = policies.find((one) => one.name === strategy);
  if (!policy) {
    const message = `${strategy} does not exist here yet; ${DEFAULT_STRATEGY} is used`;
    report.warn(findingAt(section, ['routing_strategy'], message));
    return { strategy: DEFAULT_STRATEGY, strategyOptions: {} };
  }
  const args = childOf(section, 'routing_strategy_args');
  if (!args || !isObject(args.value)) return { strategy, strategyOptions: {} };
  report.read(args, policy.options);
  return { strategy, strategyOptions: args.value };
};

const aliasesOf = ({ model_group_alias: written }: Written): RouterSettings['aliases'] => {
  // Clients choose the names that are looked up here: `constructor` must find nothing.
  const aliases = Object.create(null) as Record<string, { group: string; hidden: boolean }>;
  for (const [alias, target] of Object.entries(written ?? {}))
    aliases[alias] =
      typeof target === 'string'
        ? { group: target, hidden: false }
        : { group: target.model, hidden: target.hidden === true };
  return aliases;
};

const warnOfHidden = (
  section: Part,
  { model_group_alias: aliases }: Written,
  { groups, report }: { groups: ReadonlySet<string>; report: Report },
): void => {
  for (const alias of Object.keys(aliases ?? {}))
    if (groups.has(alias)) {
      const path = ['model_group_alias', alias];
      report.warn(keyFindingAt(section, path, 'this alias hides the model_name of the same name'));
    }
};
