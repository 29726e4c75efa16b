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

/** What holds where the file names no strategy: ours, which a file for LiteLLM never asks for. */
const DEFAULT_STRATEGY = 'quota-aware';

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

export const defaultStrategy: Strategy = { strategy: DEFAULT_STRATEGY, strategyOptions: {} };

/** `routing_strategy` of a section, and its `routing_strategy_args` as that strategy reads them. */
export const loadStrategy = (
  section: Part,
  written: string | null | undefined,
  { policies, report }: { readonly policies: readonly KnownPolicy[]; readonly report: Report },
): Strategy => {
  const strategy = written ?? DEFAULT_STRATEGY;
  const policy = policies.find((one) => one.name === strategy);
  if (!policy) {
    const message = `${strategy} does not exist here yet; ${DEFAULT_STRATEGY} is used`;
    report.warn(findingAt(section, ['routing_strategy'], message));
    return defaultStrategy;
  }
  const args = childOf(section, 'routing_strategy_args');
  if (!args || !isObject(args.value)) return { strategy, strategyOptions: {} };
  report.read(args, policy.options);
  return { strategy, strategyOptions: args.value };
};
