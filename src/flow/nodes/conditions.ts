import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { compare } from '#flow/nodes/comparison.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { isFile, readFile } from '#flow/file.ts';
import { parseTemplate, selectorsOf } from '#flow/template.ts';
import { type Selector, selectorsAt, toSelector } from '#flow/variables.ts';

const valueSchema = z.union([z.string(), z.array(z.string()), z.boolean(), z.number()]).nullish();

const subSchema = z
  .object({
    logical_operator: z.string().nullish(),
    conditions: z.array(
      z.object({
        key: z.string().nullish(),
        comparison_operator: z.string(),
        value: valueSchema,
      }),
    ),
  })
  .nullish();

export const conditionSchema = z.object({
  variable_selector: z.array(z.string()).nullish(),
  comparison_operator: z.string(),
  value: valueSchema,
  varType: z.string().nullish(),
  sub_variable_condition: subSchema,
});

export type Condition = z.infer<typeof conditionSchema>;

export interface Group {
  readonly conditions: readonly Condition[];
  /** `or`; anything else is `and`. */
  readonly operator: string | null | undefined;
}

/** Every variable that the conditions look at, in their values' templates too. */
export const readsOfConditions = (conditions: readonly Condition[]): Selector[] =>
  conditions.flatMap(({ variable_selector: selector, value }) => [
    ...selectorsAt(selector),
    ...(typeof value === 'string' ? selectorsOf(parseTemplate(value)) : []),
  ]);

type Reader = Pick<NodeRun<unknown>, 'read' | 'render'>;

/** In order, and no further than needed. Throws SpillwayError `node_failed` for one that cannot be judged. */
export const holds = ({ conditions, operator }: Group, node: Reader): boolean => {
  const judge = (condition: Condition): boolean => judgeOne(condition, node);
  return operator === 'or' ? conditions.some(judge) : conditions.every(judge);
};

const judgeOne = (condition: Condition, node: Reader): boolean => {
  const { comparison_operator: operator, variable_selector: parts, value } = condition;
  const selector = toSelector(parts ?? []);
  const actual = selector && node.read(selector);
  if (actual === undefined) {
    if (operator === 'not exists') return true;
    if (operator === 'exists') return false;
    throw new SpillwayError(
      'node_failed',
      `The variable ${(parts ?? []).join('.') || '(none)'} of a condition has no value.`,
    );
  }
  const sub = condition.sub_variable_condition;
  if (sub && Array.isArray(actual) && actual.every(isFile)) return filesFit(actual, condition);
  const expected = typeof value === 'string' ? node.render(parseTemplate(value), 'text') : value;
  return compare(actual, operator, expected ?? null);
};

/** Conditions on the attributes of files: of some file, of none, of each. */
const filesFit = (files: readonly Json[], condition: Condition): boolean => {
  const { conditions = [], logical_operator: operator } = condition.sub_variable_condition ?? {};
  const fits = (file: Json): boolean => {
    const judge = ({ key, comparison_operator: how, value }: (typeof conditions)[number]) =>
      compare(attributeOf(file, key ?? ''), how, asAsked(key, value ?? null));
    return operator === 'or' ? conditions.some(judge) : conditions.every(judge);
  };
  switch (condition.comparison_operator) {
    case 'contains':
      return files.some(fits);
    case 'not contains':
      return !files.some(fits);
    case 'all of':
      return files.every(fits);
    default:
      return compare([...files], condition.comparison_operator, null);
  }
};

/** An extension may be asked for with its dot or without. */
const asAsked = (key: string | null | undefined, value: Json): Json => {
  if (key !== 'extension') return value;
  if (Array.isArray(value)) return value.map((one) => asAsked(key, one));
  return typeof value === 'string' && value !== '' ? value.replace(/^\.?/, '.') : value;
};

/** An attribute of a file as conditions name it. */
export const attributeOf = (value: Json, key: string): Json => {
  const file = readFile(value);
  if (!file) return null;
  const attributes: Readonly<Record<string, Json>> = {
    name: file.name,
    size: file.sizeBytes,
    type: file.kind,
    extension: file.extension,
    mime_type: file.mimeType,
    transfer_method: file.method,
    url: file.url,
    related_id: file.id,
  };
  return attributes[key] ?? null;
};
