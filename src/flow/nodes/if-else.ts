import { z } from '#core/schema.ts';
import {
  type Condition,
  conditionSchema,
  holds,
  readsOfConditions,
} from '#flow/nodes/conditions.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';

const config = z.object({
  cases: z
    .array(
      z.object({
        case_id: z.string().nullish(),
        id: z.string().nullish(),
        logical_operator: z.string().nullish(),
        conditions: z.array(conditionSchema).nullish(),
      }),
    )
    .nullish(),
  // Files of before there were cases.
  logical_operator: z.string().nullish(),
  conditions: z.array(conditionSchema).nullish(),
});

type Config = z.infer<typeof config>;

interface Case {
  readonly id: string;
  readonly operator: string | null | undefined;
  readonly conditions: readonly Condition[];
}

const casesOf = ({ cases, conditions, logical_operator: operator }: Config): Case[] =>
  cases
    ? cases.map((one, i) => ({
        id: one.case_id || one.id || (i === 0 ? 'true' : `case_${i + 1}`),
        operator: one.logical_operator,
        conditions: one.conditions ?? [],
      }))
    : [{ id: 'true', operator, conditions: conditions ?? [] }];

const ELSE = 'false';

const ifElse: NodeType<Config> = {
  type: 'if-else',
  config,
  outputs: () => ({ result: 'boolean', selected_case_id: 'string' }),
  reads: (config) => readsOfConditions(casesOf(config).flatMap(({ conditions }) => conditions)),
  handles: (config) => [...casesOf(config).map(({ id }) => id), ELSE],
  async *run(node) {
    // A case without conditions was not filled in: it is no reason to go its way.
    const chosen = casesOf(node.config).find(
      (one) => one.conditions.length > 0 && holds(one, node),
    );
    const handle = chosen?.id ?? ELSE;
    return { handle, outputs: { result: chosen !== undefined, selected_case_id: handle } };
  },
};

export default ifElse;
