import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type Condition, conditionSchema, holds } from '#flow/nodes/conditions.ts';
import type { NodeRun, NodeType, ValueType } from '#flow/nodes/node-type.ts';
import { passedOn, saidIn } from '#flow/nodes/passed-on.ts';
import { asText } from '#flow/show.ts';
import { type Spent, sumSpent } from '#flow/spent.ts';
import { fillTemplate } from '#flow/template.ts';
import { type ReadVariable, type Selector, toSelector } from '#flow/variables.ts';

const config = z.object({
  loop_count: z.number(),
  start_node_id: z.string().nullish(),
  break_conditions: z.array(conditionSchema).nullish(),
  logical_operator: z.string().nullish(),
  loop_variables: z
    .array(
      z.object({
        label: z.string(),
        var_type: z.string().nullish(),
        value_type: z.string().nullish(),
        value: z.json().nullish(),
      }),
    )
    .nullish(),
});

type Config = z.infer<typeof config>;
type LoopVariable = NonNullable<Config['loop_variables']>[number];

const MOST_ROUNDS = 100;

const loop: NodeType<Config> = {
  type: 'loop',
  config,
  outputs: ({ loop_variables: variables }) => ({
    ...Object.fromEntries(
      (variables ?? []).map(({ label, var_type: type }) => [label, typeOf(type)] as const),
    ),
    loop_round: 'number',
  }),
  reads: ({ loop_variables: variables }) =>
    (variables ?? []).flatMap((variable) => {
      const selector = selectorOf(variable);
      return selector ? [selector] : [];
    }),
  inside: ({ start_node_id: startId }) => (startId ? { startId } : {}),
  async *run(node) {
    const count = Math.min(Math.max(0, Math.floor(node.config.loop_count)), MOST_ROUNDS);
    let variables = firstValues(node);
    const inputs = { loop_count: count, ...variables };
    yield { type: 'rounds', count, inputs };
    let rounds = 0;
    let spent: Spent = {};
    const durationsMs: number[] = [];
    const after: Readonly<Record<string, Json>>[] = [];
    let afterChars = 0;
    let said = '';
    let read: ReadVariable = (selector) =>
      selector[0] === node.id ? variables[selector[1]] : node.read(selector);
    let isBroken = isOver(node, read, true);
    while (!isBroken && rounds < count) {
      yield { type: 'round', index: rounds };
      const result = yield* passedOn(node.round({ index: rounds, kind: 'loop', variables }));
      if (result.status !== 'succeeded')
        throw new SpillwayError(
          result.error?.code ?? 'client_closed',
          `Round ${rounds + 1}: ${result.error?.message ?? 'it was stopped.'}`,
        );
      ({ variables, read } = result);
      said += saidIn(result);
      spent = sumSpent(spent, result.spent);
      durationsMs.push(result.elapsedMs);
      afterChars += JSON.stringify(variables).length;
      // What is told of a node is no larger than what it may leave.
      if (afterChars <= node.limits.nodeChars) after.push(variables);
      rounds++;
      isBroken = result.isLast || isOver(node, read, false);
    }
    const told = { durationsMs, spent, variables: after, isBroken };
    return { inputs, outputs: { ...variables, loop_round: rounds }, said, rounds: told };
  },
};

export default loop;

const selectorOf = ({ value_type: kind, value }: LoopVariable): Selector | undefined =>
  kind === 'variable' && Array.isArray(value) ? toSelector(value.map(String)) : undefined;

const typeOf = (type: string | null | undefined): ValueType => {
  if (type?.startsWith('array')) return 'array';
  return type === 'number' || type === 'object' || type === 'boolean' ? type : 'string';
};

const firstValues = (node: NodeRun<Config>): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    (node.config.loop_variables ?? []).map((variable) => {
      const selector = selectorOf(variable);
      const value = selector ? node.read(selector) : constant(variable);
      return [variable.label, value ?? null];
    }),
  );

/** The form keeps lists and objects as JSON in a text. */
const constant = ({ label, var_type: type, value }: LoopVariable): Json => {
  if (typeof value !== 'string' || type === 'string' || !type) return value ?? null;
  if (value.trim() === '') return type.startsWith('array') ? [] : type === 'object' ? {} : null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw new SpillwayError(
      'node_failed',
      `The first value of the loop variable ${label} is not of type ${type}.`,
    );
  }
};

const isOver = (node: NodeRun<Config>, read: ReadVariable, isFirst: boolean): boolean => {
  const conditions: readonly Condition[] = node.config.break_conditions ?? [];
  if (conditions.length === 0) return false;
  const { nodeChars: limitChars } = node.limits;
  const render: NodeRun<Config>['render'] = (template) =>
    fillTemplate(template, { read, show: asText, limitChars });
  try {
    return holds({ conditions, operator: node.config.logical_operator }, { read, render });
  } catch (thrown) {
    // Before the first round, a condition on what is only made inside says nothing.
    if (isFirst) return false;
    throw thrown;
  }
};
