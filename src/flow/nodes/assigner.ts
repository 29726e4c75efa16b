import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import {
  type Assignment,
  mustApply,
  mustFit,
  NEEDS_NOTHING,
  typeOfVariable,
} from '#flow/nodes/assignable.ts';
import { changed } from '#flow/nodes/assignment.ts';
import type { NodeRun, NodeType } from '#flow/nodes/node-type.ts';
import { type Selector, toSelector } from '#flow/variables.ts';

const config = z.object({
  items: z
    .array(
      z.object({
        variable_selector: z.array(z.string()).nullish(),
        input_type: z.string().nullish(),
        operation: z.string().nullish(),
        value: z.json().nullish(),
      }),
    )
    .nullish(),
  // Files of before a node could set several.
  assigned_variable_selector: z.array(z.string()).nullish(),
  write_mode: z.string().nullish(),
  input_variable_selector: z.array(z.string()).nullish(),
});

type Config = z.infer<typeof config>;

interface Item {
  readonly target: Selector;
  readonly operation: string;
  readonly source: Selector | undefined;
  readonly constant: Json;
}

const itemsOf = (config: Config): Item[] => {
  if (config.items)
    return config.items.flatMap(({ variable_selector: parts, input_type: kind, ...item }) => {
      const target = toSelector(parts ?? []);
      const value = item.value ?? null;
      const isSelector = kind === 'variable' && Array.isArray(value);
      const source = isSelector ? toSelector(value.map(String)) : undefined;
      const operation = item.operation ?? 'over-write';
      return target ? [{ target, operation, source, constant: isSelector ? null : value }] : [];
    });
  const target = toSelector(config.assigned_variable_selector ?? []);
  const source = toSelector(config.input_variable_selector ?? []);
  const operation = config.write_mode ?? 'over-write';
  return target ? [{ target, operation, source, constant: null }] : [];
};

const assigner: NodeType<Config> = {
  type: 'assigner',
  config,
  outputs: () => ({}),
  reads: (config) =>
    itemsOf(config).flatMap(({ target, source }) => (source ? [target, source] : [target])),
  sets: (config) => itemsOf(config).map(({ target }) => target),
  async *run(node) {
    const values = new Map<string, { selector: Selector; value: Json }>();
    const read: NodeRun<Config>['read'] = (selector) =>
      values.get(selector.slice(0, 2).join('.'))?.value ?? node.read(selector);
    for (const item of itemsOf(node.config)) {
      const selector: Selector = [item.target[0], item.target[1]];
      const asks = item.source !== undefined && !NEEDS_NOTHING.has(item.operation);
      const given = asks ? read(item.source) : item.constant;
      if (given === undefined)
        throw new SpillwayError(
          'node_failed',
          `The variable ${(item.source ?? []).join('.')} to assign has no value.`,
        );
      const before = read(selector);
      if (before === undefined)
        throw new SpillwayError(
          'node_failed',
          `There is no variable ${selector.join('.')} to assign to.`,
        );
      // Its first version takes whatever comes.
      const isChecked = node.config.items !== undefined && node.config.items !== null;
      // A variable that holds nothing leaves things as they are.
      const isNeeded = asks || (!isChecked && !NEEDS_NOTHING.has(item.operation));
      if (given === null && isNeeded) continue;
      const assignment: Assignment = {
        name: selector.join('.'),
        type: typeOfVariable(node.declaredType(selector), before),
        operation: item.operation,
        isConstant: item.source === undefined,
      };
      if (isChecked) mustApply(assignment);
      const value = changed(before, item.operation, given);
      if (isChecked) mustFit(assignment, item.operation === 'set' ? value : given);
      values.set(selector.join('.'), { selector, value });
    }
    const sets = [...values.values()];
    const updated = sets.map(({ selector: [, name], value }) => ({ name, new_value: value }));
    return { outputs: {}, sets, process: { updated_variables: updated } };
  },
};

export default assigner;
