import { asNumber, isNumber, textOf } from '#flow/jinja/compare.ts';
import type { Meter } from '#flow/jinja/env.ts';
import { printf } from '#flow/jinja/printf.ts';
import { isText, Missing, TemplateError, Tuple, typeName, type Value } from '#flow/jinja/values.ts';

/** Integers of more bits are not made. */
const MOST_BITS = 20_000;

/** Python's `+`, `-`, `*`, `/`, `//`, `%` and `**`. Throws what Python says. */
export const arithmetic = (sign: string, [a, b]: readonly [Value, Value], meter: Meter): Value => {
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [asNumber(a), asNumber(b)];
    if (typeof x === 'bigint' && typeof y === 'bigint') return whole(sign, x, y);
    return float(sign, Number(x), Number(y));
  }
  if (a instanceof Missing) throw new TemplateError(a.why);
  if (sign === '%' && isText(a)) return printf(textOf(a), b, meter);
  if (b instanceof Missing) throw new TemplateError(b.why);
  const found =
    sign === '+' ? joined(a, b, meter) : sign === '*' ? repeated(a, b, meter) : undefined;
  if (found !== undefined) return found;
  if (sign === '+' && isText(a))
    throw new TemplateError(`can only concatenate str (not "${typeName(b)}") to str`);
  const name = sign === '**' ? '** or pow()' : sign;
  throw new TemplateError(
    `unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`,
  );
};

const whole = (sign: string, x: bigint, y: bigint): bigint | number => {
  switch (sign) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return bounded(bits(x) + bits(y)) && x * y;
    case '**':
      if (y < 0n) return float(sign, Number(x), Number(y));
      return bounded(bits(x) * Number(y)) && x ** y;
    case '/':
      return y === 0n ? byZero('division by zero') : Number(x) / Number(y);
    default:
      return y === 0n ? byZero('integer modulo by zero') : floored(sign, x, y);
  }
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
      return x === 0 && y < 0 ? byZero('0.0 cannot be raised to a negative power') : x ** y;
    case '/':
      return y === 0 ? byZero('float division by zero') : x / y;
    default: {
      if (y === 0) return byZero(sign === '%' ? 'float modulo' : 'float floor division by zero');
      const rest = x % y;
      const remainder = rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
      return sign === '%' ? remainder : Math.round((x - remainder) / y);
    }
  }
};

const joined = (a: Value, b: Value, meter: Meter): Value | undefined => {
  if (isText(a) && isText(b)) {
    const text = textOf(a) + textOf(b);
    meter.text(text.length);
    return text;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    meter.spend(a.length + b.length);
    return [...a, ...b];
  }
  return a instanceof Tuple && b instanceof Tuple ? new Tuple([...a.items, ...b.items]) : undefined;
};

const repeated = (a: Value, b: Value, meter: Meter): Value | undefined => {
  const times = typeof b === 'bigint' ? b : typeof a === 'bigint' ? a : undefined;
  if (times === undefined) return undefined;
  const value = typeof b === 'bigint' ? a : b;
  const count = times < 0n ? 0 : Number(times);
  if (isText(value)) {
    const text = textOf(value);
    meter.text(text.length * count);
    return text.repeat(count);
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (!items) return undefined;
  meter.spend(items.length * count);
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
  let total = 0n;
  for (const digit of digits.replaceAll('_', '')) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= used) return undefined;
    total = total * BigInt(used) + BigInt(worth);
  }
  return sign === '-' ? -total : total;
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
