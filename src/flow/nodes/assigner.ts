import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
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
      // Nothing leaves things as they are.
      if (given === null && NEEDS_VALUE.has(item.operation)) continue;
      const value = changed(before, item.operation, given);
      // Its first version took whatever came.
      if (node.config.items) mustBeOfKind(selector, before, value);
      values.set(selector.join('.'), { selector, value });
    }
    const sets = [...values.values()];
    const updated = sets.map(({ selector: [, name], value }) => ({ name, new_value: value }));
    return { outputs: {}, sets, process: { updated_variables: updated } };
  },
};

export default assigner;

const kindOf = (value: Json): string => (Array.isArray(value) ? 'array' : typeof value);

/** A variable keeps its type; throws SpillwayError `node_failed`. */
const mustBeOfKind = (selector: Selector, before: Json, after: Json): void => {
  if (before === null || kindOf(before) === kindOf(after)) return;
  const kind = after === null ? 'nothing' : `a value of the type ${kindOf(after)}`;
  throw new SpillwayError(
    'node_failed',
    `The variable ${selector.join('.')} has the type ${kindOf(before)}; ${kind} cannot be put into it.`,
  );
};

/** They change what is there, whatever else the form still names. */
const NEEDS_NOTHING: ReadonlySet<string> = new Set(['clear', 'remove-first', 'remove-last']);

const NEEDS_VALUE: ReadonlySet<string> = new Set(
  'over-write set append extend += -= *= /='.split(' '),
);
