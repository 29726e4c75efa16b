import { spend, spendText } from '#flow/jinja/fuel.ts';
import { pyFloat, pyText } from '#flow/jinja/print.ts';
import { compare, textOf } from '#flow/jinja/compare.ts';
import { Dict, isText, TemplateError, Tuple, typeName, type Value } from '#flow/jinja/values.ts';

const UNSAFE = /[<>&']/g;
const DEEPEST = 200;

/** Python's `json.dumps` with its keys sorted, made safe to stand in a page as Jinja does. */
export const toJson = (value: Value, indent?: number): string =>
  dumped(value, { indent, depth: 0 }).replace(
    UNSAFE,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

interface At {
  readonly indent: number | undefined;
  readonly depth: number;
}

const dumped = (value: Value, at: At): string => {
  spend();
  if (at.depth > DEEPEST) throw new TemplateError('Circular reference detected');
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (isText(value)) return ascii(textOf(value));
  const inner = { ...at, depth: at.depth + 1 };
  if (Array.isArray(value) || value instanceof Tuple) {
    const items = Array.isArray(value) ? value : value.items;
    return wrapped(
      '[]',
      items.map((item) => dumped(item, inner)),
      at,
    );
  }
  if (!(value instanceof Dict))
    throw new TemplateError(`Object of type ${typeName(value)} is not JSON serializable`);
  const members = value
    .entries()
    .toSorted(([a], [b]) => compare(a, b))
    .map(([key, item]) => `${ascii(keyText(key))}: ${dumped(item, inner)}`);
  return wrapped('{}', members, at);
};

const floatText = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? pyFloat(value) : value > 0 ? 'Infinity' : '-Infinity';
};

const keyText = (key: Value): string => {
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  if (key instanceof Tuple)
    throw new TemplateError('keys must be str, int, float, bool or None, not tuple');
  return pyText(key);
};

const wrapped = (
  [open, close]: string,
  parts: readonly string[],
  { indent, depth }: At,
): string => {
  if (parts.length === 0 || indent === undefined) return `${open}${parts.join(', ')}${close}`;
  spendText(parts.length * Math.max(0, indent) * (depth + 1));
  const line = `\n${' '.repeat(Math.max(0, indent) * (depth + 1))}`;
  return `${open}${parts.map((part) => line + part).join(',')}\n${' '.repeat(Math.max(0, indent) * depth)}${close}`;
};

const ascii = (text: string): string => {
  spendText(text.length);
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
};
