import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { parseTemplate, selectorsOf } from '#flow/template.ts';
import { type Selector, selectorsAt } from '#flow/variables.ts';

/** A value as a form of tools keeps it: a template, a variable, or itself. */
const kindOf = (given: Json): { readonly kind: string; readonly value: Json } => {
  const type = isObject(given) ? own(given, 'type') : undefined;
  if (isObject(given) && Object.hasOwn(given, 'value'))
    return {
      kind: typeof type === 'string' ? type : 'constant',
      value: own(given, 'value') ?? null,
    };
  return { kind: 'constant', value: given };
};

const partsOf = (value: Json): readonly string[] =>
  Array.isArray(value) ? value.filter((part) => typeof part === 'string') : [];

export const valueReads = (given: JsonObject): Selector[] =>
  Object.values(given).flatMap((entry) => {
    const { kind, value } = kindOf(entry);
    if (kind === 'variable') return [...selectorsAt(partsOf(value))];
    return typeof value === 'string' ? [...selectorsOf(parseTemplate(value))] : [];
  });

/** What the form says, filled in; what has no value is left out. */
export const filledValues = (
  given: JsonObject,
  node: Pick<NodeRun<unknown>, 'read' | 'render'>,
): JsonObject =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, entry]) => {
      const { kind, value } = kindOf(entry);
      const filled = fill(kind, value, node);
      return filled === null || filled === undefined ? [] : [[name, filled]];
    }),
  );

const fill = (
  kind: string,
  value: Json,
  { read, render }: Pick<NodeRun<unknown>, 'read' | 'render'>,
): Json | undefined => {
  if (kind === 'variable') {
    const [selector] = selectorsAt(partsOf(value));
    return selector && read(selector);
  }
  return typeof value === 'string' ? render(parseTemplate(value), 'text') : value;
};
