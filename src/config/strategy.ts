import type { Part } from '#core/check-schema.ts';
import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { hintFor } from '#config/group-name.ts';
import { childOf, findingAt, type Report } from '#config/section.ts';

/** A routing policy that exists, as the balancer's list has it. */
export interface KnownPolicy {
  readonly name: string;
  /** Of `routing_strategy_args`. */
  readonly options: z.ZodType;
}

/** What holds where the file names no strategy: the first that exists. */
const DEFAULT_STRATEGIES = ['quota-aware', 'simple-shuffle'];

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

/** LiteLLM's first form of a strategy and its second, which decides alike and blocks nothing. */
const ALIASES: Readonly<Record<string, string>> = {
  'usage-based-routing': 'usage-based-routing-v2',
};

export const strategyName = (policies: readonly KnownPolicy[]): z.ZodType<string> => {
  const known = new Set([...policies.map((policy) => policy.name), ...LITELLM_STRATEGIES]);
  return z.string().refine((text) => known.has(text), {
    error: ({ input }) => `a routing strategy${hintFor(String(input), known)}`,
  });
};

export interface Strategy {
  readonly strategy: string;
  readonly strategyOptions: JsonObject;
}

export const defaultStrategy = (policies: readonly KnownPolicy[]): Strategy => {
  const strategy = DEFAULT_STRATEGIES.find((name) => policies.some((one) => one.name === name));
  return { strategy: strategy ?? '', strategyOptions: {} };
};

/** `routing_strategy` of a section, and its `routing_strategy_args` as that strategy reads them. */
export const loadStrategy = (
  section: Part,
  written: string | null | undefined,
  { policies, report }: { readonly policies: readonly KnownPolicy[]; readonly report: Report },
): Strategy => {
  const standard = defaultStrategy(policies);
  const strategy = written ? (ALIASES[written] ?? written) : standard.strategy;
  const policy = policies.find((one) => one.name === strategy);
  if (!policy) {
    const message = `${written ?? strategy} does not exist here yet; ${standard.strategy} is used`;
    report.warn(findingAt(section, ['routing_strategy'], message));
    return standard;
  }
  const args = childOf(section, 'routing_strategy_args');
  if (!args || !isObject(args.value)) return { strategy, strategyOptions: {} };
  report.read(args, policy.options);
  return { strategy, strategyOptions: args.value };
};
