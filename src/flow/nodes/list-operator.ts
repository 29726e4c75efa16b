import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { isFile } from '#flow/file.ts';
import { compare } from '#flow/nodes/comparison.ts';
import { attributeOf } from '#flow/nodes/conditions.ts';
import type { NodeRun, NodeType } from '#flow/nodes/node-type.ts';
import { asText } from '#flow/show.ts';
import { parseTemplate, selectorsOf } from '#flow/template.ts';
import { toSelector } from '#flow/variables.ts';

const conditionSchema = z.object({
  key: z.string().nullish(),
  comparison_operator: z.string(),
  value: z.union([z.string(), z.array(z.string()), z.boolean(), z.number()]).nullish(),
});

const config = z.object({
  variable: z.array(z.string()),
  filter_by: z
    .object({ enabled: z.boolean().nullish(), conditions: z.array(conditionSchema).nullish() })
    .nullish(),
  extract_by: z
    .object({
      enabled: z.boolean().nullish(),
      serial: z.union([z.string(), z.number()]).nullish(),
    })
    .nullish(),
  order_by: z
    .object({
      enabled: z.boolean().nullish(),
      key: z.string().nullish(),
      value: z.string().nullish(),
    })
    .nullish(),
  limit: z.object({ enabled: z.boolean().nullish(), size: z.number().nullish() }).nullish(),
});

type Config = z.infer<typeof config>;

/** Every text of the form that may hold a template. */
const templatesOf = ({ filter_by: filter, extract_by: extract }: Config): string[] => [
  ...(filter?.conditions ?? []).flatMap(({ value }) => (typeof value === 'string' ? value : [])),
  ...(typeof extract?.serial === 'string' ? [extract.serial] : []),
];

const listOperator: NodeType<Config> = {
  type: 'list-operator',
  config,
  outputs: () => ({ result: 'array', first_record: 'any', last_record: 'any' }),
  reads: (config) => {
    const selector = toSelector(config.variable);
    const named = templatesOf(config).flatMap((text) => selectorsOf(parseTemplate(text)));
    return selector ? [selector, ...named] : named;
  },
  async *run(node) {
    const { order_by: order, limit } = node.config;
    const all = listOf(node);
    // Where there is nothing, nothing is asked of it.
    if (all.length === 0) return { outputs: { result: [], first_record: null, last_record: null } };
    let items = extracted(filtered(all, node), node);
    if (order?.enabled) items = ordered(items, order);
    if (limit?.enabled) items = items.slice(0, Math.max(0, limit.size ?? items.length));
    const first_record = items[0] ?? null;
    const last_record = items.at(-1) ?? null;
    return { outputs: { result: items, first_record, last_record } };
  },
};

export default listOperator;

const listOf = ({ config, read }: NodeRun<Config>): Json[] => {
  const selector = toSelector(config.variable);
  const value = selector && read(selector);
  if (value === undefined)
    throw new SpillwayError('node_failed', `The list ${config.variable.join('.')} has no value.`);
  if (value === null) return [];
  if (!Array.isArray(value)) throw new SpillwayError('node_failed', 'This is not a list.');
  if (value.some((item) => typeof item === 'object' && !isFile(item)))
    throw new SpillwayError('node_failed', 'It takes lists of texts, numbers, booleans or files.');
  return value;
};

const fieldOf = (item: Json, key: string | null | undefined): Json =>
  isFile(item) && key ? attributeOf(item, key) : item;

const filtered = (items: readonly Json[], { config, render }: NodeRun<Config>): Json[] => {
  const { filter_by: filter } = config;
  if (!filter?.enabled) return [...items];
  const conditions = (filter.conditions ?? []).map(({ value, ...condition }) => ({
    ...condition,
    value: typeof value === 'string' ? render(parseTemplate(value), 'text') : (value ?? null),
  }));
  return items.filter((item) =>
    conditions.every(({ key, comparison_operator: operator, value }) =>
      fits(fieldOf(item, key), operator, value),
    ),
  );
};

/** Here, and not in conditions, a text may be a part of the one that is asked for. */
const fits = (item: Json, operator: string, value: Json): boolean => {
  // Here a whole number may be compared with a fraction, too.
  if (typeof item === 'number' && typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    if (Number.isFinite(number)) return compare(item, operator, number);
  }
  if (typeof item !== 'string' || typeof value !== 'string') return compare(item, operator, value);
  if (operator === 'in') return value.includes(item);
  return operator === 'not in' ? !value.includes(item) : compare(item, operator, value);
};

const extracted = (items: Json[], { config, render }: NodeRun<Config>): Json[] => {
  const { extract_by: extract } = config;
  if (!extract?.enabled) return items;
  const serial = Number(render(parseTemplate(String(extract.serial ?? '1')), 'text'));
  const item = Number.isInteger(serial) && serial >= 1 ? items[serial - 1] : undefined;
  if (item === undefined)
    throw new SpillwayError(
      'node_failed',
      `There is no item ${extract.serial} in a list of ${items.length}.`,
    );
  return [item];
};

const ordered = (items: readonly Json[], order: NonNullable<Config['order_by']>): Json[] => {
  const sign = order.value === 'desc' ? -1 : 1;
  return items.toSorted((a, b) => sign * inOrder(fieldOf(a, order.key), fieldOf(b, order.key)));
};

const inOrder = (a: Json, b: Json): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [asText(a), asText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};
