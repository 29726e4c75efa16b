import { escapedIn } from '#flow/jinja/markup.ts';
import { spend, spendText } from '#flow/jinja/fuel.ts';
import { asNumber, isNumber, textOf } from '#flow/jinja/compare.ts';
import { printf } from '#flow/jinja/printf.ts';
import {
  isText,
  Markup,
  Missing,
  TemplateError,
  Tuple,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

/** Integers of more bits are not made. */
const MOST_BITS = 20_000;
/** Long multiplication: so many pairs of bits are one step. */
const BITS_A_STEP = 200_000;

/** Python's `+`, `-`, `*`, `/`, `//`, `%` and `**`. Throws what Python says. */
export const arithmetic = (sign: string, [a, b]: readonly [Value, Value]): Value => {
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [asNumber(a), asNumber(b)];
    if (typeof x === 'bigint' && typeof y === 'bigint') return whole(sign, x, y);
    return float(sign, toFloat(x), toFloat(y));
  }
  if (a instanceof Missing) throw new TemplateError(a.why);
  if (sign === '%' && a instanceof Markup) return new Markup(printf(a.text, escapedIn(b)));
  if (sign === '%' && isText(a)) return printf(textOf(a), b);
  if (b instanceof Missing) throw new TemplateError(b.why);
  const found = sign === '+' ? joined(a, b) : sign === '*' ? repeated(a, b) : undefined;
  if (found !== undefined) return found;
  const refused = (sign === '+' ? unjoined : sign === '*' ? unrepeated : () => undefined)(a, b);
  if (refused !== undefined) throw new TemplateError(refused);
  const name = sign === '**' ? '** or pow()' : sign;
  throw new TemplateError(
    `unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`,
  );
};

const whole = (sign: string, x: bigint, y: bigint): bigint | number => {
  spend((bits(x) * bits(y)) / BITS_A_STEP);
  switch (sign) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return bounded(bits(x) + bits(y)) && x * y;
    case '**':
      if (y < 0n) return float(sign, toFloat(x), toFloat(y));
      // Of these every power is as short.
      if (x * x <= 1n) return y === 0n ? 1n : y % 2n === 0n ? x * x : x;
      return bounded(bits(x) * Number(y)) && powered(x, y);
    case '/':
      return y === 0n ? byZero('division by zero') : toFloat(x) / toFloat(y);
    default:
      return y === 0n
        ? byZero(`integer ${sign === '%' ? 'modulo' : 'division or modulo'} by zero`)
        : floored(sign, x, y);
  }
};

const powered = (x: bigint, y: bigint): bigint => {
  spend((bits(x) * Number(y)) ** 2 / BITS_A_STEP);
  return x ** y;
};

/** Python rounds towards minus infinity, and a remainder has the divisor's sign. */
const floored = (sign: string, x: bigint, y: bigint): bigint => {
  const rest = x % y;
  const isOff = rest !== 0n && rest < 0n !== y < 0n;
  if (sign === '//') return x / y - (isOff ? 1n : 0n);
  return isOff ? rest + y : rest;
};

const bits = (x: bigint): number => (x < 0n ? -x : x).toString(16).length * 4;

const bounded = (count: number): true => {
  if (count > MOST_BITS) throw new TemplateError('the number grows too large');
  return true;
};

const byZero = (message: string): never => {
  throw new TemplateError(message);
};

const float = (sign: string, x: number, y: number): number => {
  switch (sign) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '**':
      return x === 0 && y < 0
        ? byZero('0.0 cannot be raised to a negative power')
        : inRange(x ** y, x, y);
    case '/':
      return y === 0 ? byZero('float division by zero') : x / y;
    default: {
      if (y === 0) return byZero(sign === '%' ? 'float modulo' : 'float floor division by zero');
      const rest = x % y;
      const isOff = rest !== 0 && rest < 0 !== y < 0;
      const remainder = isOff
        ? rest + y
        : rest === 0 && y < 0
          ? -0
          : Math.abs(rest) === 0
            ? 0
            : rest;
      if (sign === '%') return remainder;
      const quotient = Math.round((x - remainder) / y);
      return quotient === 0 ? (x / y < 0 || Object.is(x / y, -0) ? -0 : 0) : quotient;
    }
  }
};

const toFloat = (number: number | bigint): number => {
  const float = Number(number);
  if (typeof number === 'bigint' && !Number.isFinite(float))
    throw new TemplateError('int too large to convert to float');
  return float;
};

const inRange = (power: number, x: number, y: number): number => {
  if (x < 0 && Number.isFinite(y) && !Number.isInteger(y))
    throw new TemplateError('the power is a complex number, which is not known here');
  if (Number.isFinite(x) && Number.isFinite(y) && Math.abs(power) === Infinity)
    throw new TemplateError("(34, 'Numerical result out of range')");
  return power;
};

const joined = (a: Value, b: Value): Value | undefined => {
  if (isText(a) && isText(b)) {
    const text = textOf(a) + textOf(b);
    spendText(text.length);
    return text;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    spend(a.length + b.length);
    return [...a, ...b];
  }
  if (!(a instanceof Tuple && b instanceof Tuple)) return undefined;
  spend(a.items.length + b.items.length);
  return new Tuple([...a.items, ...b.items]);
};

const isWhole = (value: Value): value is bigint | boolean =>
  typeof value === 'bigint' || typeof value === 'boolean';

const isSequence = (value: Value): boolean =>
  isText(value) || Array.isArray(value) || value instanceof Tuple;

const unjoined = (a: Value, b: Value): string | undefined => {
  if (!isSequence(a) || a instanceof Markup) return undefined;
  const name = typeName(a);
  return `can only concatenate ${name} (not "${typeName(b)}") to ${name}`;
};

const unrepeated = (a: Value, b: Value): string | undefined =>
  isSequence(a) || isSequence(b)
    ? `can't multiply sequence by non-int of type '${typeName(isSequence(a) ? b : a)}'`
    : undefined;

const repeated = (a: Value, b: Value): Value | undefined => {
  const [value, times] = isWhole(b) ? [a, b] : [b, a];
  if (!isWhole(times)) return undefined;
  const count = Math.max(0, Number(times));
  if (isText(value)) {
    const text = textOf(value);
    spendText(text.length * count);
    return value instanceof Markup ? new Markup(text.repeat(count)) : text.repeat(count);
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (!items) return undefined;
  spend(items.length * count);
  const all = Array.from({ length: count }, () => items).flat(1);
  return Array.isArray(value) ? all : new Tuple(all);
};

/** Python's `-x` and `+x`. */
export const signed = (sign: '-' | '+', value: Value): Value => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  if (!isNumber(value))
    throw new TemplateError(`bad operand type for unary ${sign}: '${typeName(value)}'`);
  const number = asNumber(value);
  return sign === '-' ? -number : number;
};

/** What a text says as an integer, by Python's `int`; undefined where it says none. */
export const wholeOf = (text: string, base = 10): bigint | undefined => {
  const found = /^([-+]?)(0[xob])?([\da-z](?:_?[\da-z])*)$/i.exec(text.trim());
  if (!found) return undefined;
  const [, sign, prefix = '', digits = ''] = found;
  const own = { '0x': 16, '0o': 8, '0b': 2 }[prefix.toLowerCase()];
  const used = base === 0 ? (own ?? 10) : base;
  if (own !== undefined && own !== used) return undefined;
  if (digits.length > 4300) return undefined;
  spend(digits.length);
  const plain = digits.replaceAll('_', '').toLowerCase();
  if (Array.from(plain).some((digit) => Number.parseInt(digit, 36) >= used)) return undefined;
  const total = ofDigits(plain, used);
  return sign === '-' ? -total : total;
};

const PREFIXES: Readonly<Record<number, string>> = { 2: '0b', 8: '0o', 10: '', 16: '0x' };

const ofDigits = (digits: string, base: number): bigint => {
  const prefix = PREFIXES[base];
  if (prefix !== undefined) return BigInt(prefix + digits);
  let total = 0n;
  for (const digit of digits) total = total * BigInt(base) + BigInt(Number.parseInt(digit, 36));
  return total;
};

/** What a text says as a float, by Python's `float`; undefined where it says none. */
export const floatOf = (text: string): number | undefined => {
  const said = text.trim().toLowerCase();
  if (/^[-+]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[-+]?\d+)?$/.test(said))
    return Number(said.replaceAll('_', ''));
  const word = /^([-+]?)(?:(inf|infinity)|nan)$/.exec(said);
  if (!word) return undefined;
  if (word[2] === undefined) return Number.NaN;
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
};
