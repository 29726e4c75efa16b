import { spendValues } from '#flow/jinja/fuel.ts';
import { compare } from '#flow/jinja/compare.ts';
import { pyRepr } from '#flow/jinja/print.ts';
import { Dict, signsOf, TemplateError, Tuple, type Value } from '#flow/jinja/values.ts';

/** Signs in a line. */
const WIDTH = 80;

/** Python's `pprint.pformat`: keys sorted, one item to a line where a line is too short for all. */
export const pretty = (value: Value): string => formatted(ordered(value), 0, 0);

/** Dictionaries with their keys in order, all the way down. */
const ordered = (value: Value): Value => {
  spendValues(1);
  if (Array.isArray(value)) return value.map(ordered);
  if (value instanceof Tuple) return new Tuple(value.items.map(ordered));
  if (!(value instanceof Dict)) return value;
  return Dict.of(
    value
      .entries()
      .toSorted(([a], [b]) => byKey(a, b))
      .map(([key, item]) => [key, ordered(item)] as const),
  );
};

const byKey = (a: Value, b: Value): number => {
  try {
    return compare(a, b);
  } catch (thrown) {
    if (thrown instanceof TemplateError) return 0;
    throw thrown;
  }
};

/** `indent`: where the value begins; `after`: signs that follow its last line. */
const formatted = (value: Value, indent: number, after: number): string => {
  const whole = pyRepr(value);
  if (signsOf(whole).length <= WIDTH - indent - after) return whole;
  const all = (items: readonly Value[], last: number): string =>
    items
      .map((item, i) => formatted(item, indent + 1, i === items.length - 1 ? last : 1))
      .join(`,\n${' '.repeat(indent + 1)}`);
  if (Array.isArray(value)) return `[${all(value, after + 1)}]`;
  if (value instanceof Tuple) {
    const end = value.items.length === 1 ? ',)' : ')';
    return `(${all(value.items, after + end.length)}${end}`;
  }
  if (!(value instanceof Dict)) return whole;
  const entries = value.entries();
  const rows = entries.map(([key, item], i) => {
    const name = pyRepr(key);
    const at = indent + 1 + signsOf(name).length + 2;
    return `${name}: ${formatted(item, at, i === entries.length - 1 ? after + 1 : 1)}`;
  });
  return `{${rows.join(`,\n${' '.repeat(indent + 1)}`)}}`;
};
