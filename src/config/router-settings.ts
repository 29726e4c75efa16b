import { checkPart, type Part } from '#core/check-schema.ts';
import { closest } from '#core/closest.ts';
import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { ROUTER_IDLE } from '#config/idle-keys.ts';
import { childOf, findingAt, type Report, warnOfKeys } from '#config/section.ts';
import { name, seconds, toMs, whole } from '#config/values.ts';

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

export const DEFAULT_STRATEGY = 'simple-shuffle';

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

const alias = z.union([name, z.looseObject({ model: name, hidden: z.boolean().nullish() })]);

const schema = z.looseObject({
  routing_strategy: z.string().nullish(),
  routing_strategy_args: z.record(z.string(), z.unknown()).nullish(),
  num_retries: whole(0, 1000).nullish(),
  retry_after: seconds.nullish(),
  timeout: seconds.nullish(),
  stream_timeout: seconds.nullish(),
  model_group_alias: z.record(name, alias).nullish(),
});

const NOTHING: RouterSettings = {
  strategy: DEFAULT_STRATEGY,
  strategyOptions: {},
  retryAfterMs: 0,
  aliases: {},
};

/** `router_settings`. Times are seconds in the file; 0 means "not set", as in LiteLLM. */
export const loadRouterSettings = (
  section: Part | undefined,
  { groups, policies }: { groups: ReadonlySet<string>; policies: readonly KnownPolicy[] },
  report: Report,
): RouterSettings => {
  if (!section || section.value === null) return NOTHING;
  const settings = report.read(section, schema);
  if (!settings) return NOTHING;
  warnOfKeys(section, { used: Object.keys(schema.shape), idle: ROUTER_IDLE }, report);
  const timeoutMs = toMs(settings.timeout);
  const streamTimeoutMs = toMs(settings.stream_timeout);
  return {
    ...loadStrategy(section, settings.routing_strategy ?? DEFAULT_STRATEGY, { policies, report }),
    ...(typeof settings.num_retries === 'number' ? { numRetries: settings.num_retries } : {}),
    retryAfterMs: toMs(settings.retry_after) ?? 0,
    ...(timeoutMs ? { timeoutMs } : {}),
    ...(streamTimeoutMs ? { streamTimeoutMs } : {}),
    aliases: loadAliases(section, settings.model_group_alias ?? {}, { groups, report }),
  };
};

const loadStrategy = (
  section: Part,
  strategy: string,
  { policies, report }: { policies: readonly KnownPolicy[]; report: Report },
): Pick<RouterSettings, 'strategy' | 'strategyOptions'> => {
  const fallback = { strategy: DEFAULT_STRATEGY, strategyOptions: {} };
  const policy = policies.find((one) => one.name === strategy);
  if (!policy) {
    const known = [...new Set([...policies.map((one) => one.name), ...LITELLM_STRATEGIES])];
    const near = closest(strategy, known);
    if (known.includes(strategy))
      report.warn(
        findingAt(
          section,
          ['routing_strategy'],
          `${strategy} does not exist yet; ${DEFAULT_STRATEGY} is used`,
        ),
      );
    else
      report.error(
        findingAt(
          section,
          ['routing_strategy'],
          `there is no such strategy; ${near ? `did you mean "${near}"? Known are` : 'known are'} ${known.join(', ')}`,
        ),
      );
    return fallback;
  }
  const args = childOf(section, 'routing_strategy_args');
  if (!args || !isObject(args.value)) return { strategy, strategyOptions: {} };
  const checked = checkPart(args, policy.options);
  if ('findings' in checked) for (const finding of checked.findings) report.error(finding);
  return { strategy, strategyOptions: args.value };
};

const loadAliases = (
  section: Part,
  written: Readonly<Record<string, z.infer<typeof alias>>>,
  { groups, report }: { groups: ReadonlySet<string>; report: Report },
): RouterSettings['aliases'] => {
  // Clients choose the names that are looked up here: `constructor` must find nothing.
  const aliases = Object.create(null) as Record<string, { group: string; hidden: boolean }>;
  for (const [public_, target] of Object.entries(written)) {
    const group = typeof target === 'string' ? target : target.model;
    const path = ['model_group_alias', public_, ...(typeof target === 'string' ? [] : ['model'])];
    if (!groups.has(group)) report.error(findingAt(section, path, noSuchGroup(group, groups)));
    else if (groups.has(public_))
      report.warn(findingAt(section, path, `this alias hides the group of the same name`));
    aliases[public_] = { group, hidden: typeof target !== 'string' && target.hidden === true };
  }
  return aliases;
};

/** Says that a group does not exist, and which do. */
export const noSuchGroup = (group: string, groups: ReadonlySet<string>): string => {
  const near = closest(group, groups);
  const hint = near ? `did you mean "${near}"?` : `groups are ${listed([...groups])}`;
  return `no model_name is ${JSON.stringify(group)}; ${hint}`;
};

const MOST_LISTED = 10;

const listed = (names: readonly string[]): string =>
  names.length > MOST_LISTED
    ? `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`
    : names.join(', ');
