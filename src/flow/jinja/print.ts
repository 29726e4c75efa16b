import { spend, spendText } from '#flow/jinja/fuel.ts';
import {
  Dict,
  Func,
  Lazy,
  Markup,
  Missing,
  Namespace,
  Range,
  TemplateError,
  Tuple,
  type Value,
  View,
} from '#flow/jinja/values.ts';

/** Python's own bound on the digits of an integer that is printed. */
const MOST_DIGITS = 4300;
/** Deeper than this nobody reads, and a list may hold itself. */
const DEEPEST = 200;

/** Python's `str(value)`. */
export const pyText = (value: Value): string => {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.text;
  return value instanceof Missing ? '' : pyRepr(value);
};

/** Python's `repr(value)`. */
export const pyRepr = (value: Value, depth = 0): string => {
  spend();
  if (depth > DEEPEST) throw new TemplateError('a value that nests too deeply cannot be printed');
  const all = (items: readonly Value[]): string =>
    items.map((item) => pyRepr(item, depth + 1)).join(', ');
  if (value === null) return 'None';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'number') return pyFloat(value);
  if (Array.isArray(value)) return `[${all(value)}]`;
  if (value instanceof Tuple)
    return value.items.length === 1 ? `(${all(value.items)},)` : `(${all(value.items)})`;
  if (value instanceof Dict) return `{${members(value.entries(), depth)}}`;
  if (value instanceof Markup) return `Markup(${quoted(value.text)})`;
  if (value instanceof Missing) return 'Undefined';
  if (value instanceof View) return `dict_${value.kind}([${all(value.items())}])`;
  if (value instanceof Range) return range(value);
  if (value instanceof Namespace) return `<Namespace {${members([...value.members], depth)}}>`;
  if (value instanceof Func) return value.shown;
  if (value instanceof Lazy) return `<generator object ${value.name}>`;
  return `<LoopContext ${value.at + 1}/${value.facts.items.length}>`;
};

const members = (entries: readonly (readonly [Value, Value])[], depth: number): string =>
  entries.map(([key, item]) => `${pyRepr(key, depth + 1)}: ${pyRepr(item, depth + 1)}`).join(', ');

const range = ({ start, stop, step }: Range): string =>
  step === 1n ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;

const wholeNumber = (value: bigint): string => {
  const digits = value.toString();
  spend(digits.length >> 4);
  if (digits.length > MOST_DIGITS)
    throw new TemplateError(
      `Exceeds the limit (${MOST_DIGITS} digits) for integer string conversion`,
    );
  return digits;
};

/** Python turns to exponents below 1e-4 and from 1e16 on, and writes two digits of them at least. */
export const pyFloat = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
  const text = Object.is(value, -0) ? '-0' : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
};

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Single quotes unless the text has some, and no double ones; what cannot be seen is spelt. */
const quoted = (text: string): string => {
  spendText(text.length);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(/[\p{C}\p{Z}]/gu, (sign) => (sign === ' ' ? sign : (SHORT[sign] ?? spelt(sign))));
  return quote + escaped + quote;
};

const spelt = (sign: string): string => {
  const code = sign.codePointAt(0) ?? 0;
  const [letter, width] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(width, '0')}`;
};
