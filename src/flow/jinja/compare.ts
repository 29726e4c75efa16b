import { spend, spendText } from '#flow/jinja/fuel.ts';
import {
  Dict,
  isText,
  itemsOf,
  Lazy,
  type Markup,
  Missing,
  Range,
  TemplateError,
  Tuple,
  typeName,
  type Value,
  View,
} from '#flow/jinja/values.ts';

export const isNumber = (value: Value): value is number | bigint | boolean =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';

/** Truths count as 1 and 0. */
export const asNumber = (value: number | bigint | boolean): number | bigint =>
  typeof value === 'boolean' ? (value ? 1n : 0n) : value;

export const textOf = (value: string | Markup): string =>
  typeof value === 'string' ? value : value.text;

/** Whole numbers and floats are compared as what they are, to the last digit. */
const areSame = (x: number | bigint, y: number | bigint): boolean => {
  if (typeof x === typeof y) return x === y;
  const [float, whole] = typeof x === 'number' ? [x, y] : [y, x];
  return Number.isInteger(float) && BigInt(float) === whole;
};

/** Python's `==`. */
export const isEqual = (a: Value, b: Value): boolean => {
  spend();
  if (typeof a !== 'string' && a === b) return true;
  if (isNumber(a) && isNumber(b)) return areSame(asNumber(a), asNumber(b));
  if (isText(a) && isText(b)) {
    const [x, y] = [textOf(a), textOf(b)];
    if (x.length !== y.length) return false;
    spendText(x.length);
    return x === y;
  }
  if (Array.isArray(a) && Array.isArray(b)) return areEqual(a, b);
  if (a instanceof Tuple && b instanceof Tuple) return areEqual(a.items, b.items);
  if (a instanceof Range && b instanceof Range) return isSameRange(a, b);
  if (a instanceof Dict && b instanceof Dict)
    return (
      a.size === b.size &&
      a.entries().every(([key, value]) => {
        const other = b.get(key);
        return other !== undefined && isEqual(value, other);
      })
    );
  if (a instanceof View && b instanceof View) return isSameSet(a, b);
  return a instanceof Missing && b instanceof Missing;
};

/** Keys and pairs are sets; values are equal to nothing but themselves. */
const isSameSet = (a: View, b: View): boolean =>
  a.kind === b.kind &&
  a.kind !== 'values' &&
  a.of.size === b.of.size &&
  a.of.entries().every(([key, value]) => {
    const other = b.of.get(key);
    return other !== undefined && (a.kind === 'keys' || isEqual(value, other));
  });

/** As lists of what is in them. */
const isSameRange = (a: Range, b: Range): boolean =>
  a.length === b.length &&
  (a.length === 0 || (a.start === b.start && (a.length === 1 || a.step === b.step)));

const areEqual = (a: readonly Value[], b: readonly Value[]): boolean =>
  a.length === b.length && a.every((item, i) => isEqual(item, b[i]!));

/** Below zero where `a` comes first, by Python's order; throws where there is none. */
export const compare = (a: Value, b: Value, sign = '<'): number => {
  spend();
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [asNumber(a), asNumber(b)];
    return x < y ? -1 : x > y ? 1 : areSame(x, y) ? 0 : Number.NaN;
  }
  if (isText(a) && isText(b)) return compareTexts(textOf(a), textOf(b));
  if (Array.isArray(a) && Array.isArray(b)) return compareAll(a, b, sign);
  if (a instanceof Tuple && b instanceof Tuple) return compareAll(a.items, b.items, sign);
  if (a instanceof Missing) throw new TemplateError(a.why);
  if (b instanceof Missing) throw new TemplateError(b.why);
  throw new TemplateError(
    `'${sign}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
};

const compareAll = (a: readonly Value[], b: readonly Value[], sign: string): number => {
  for (const [i, item] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (!isEqual(item, other)) return compare(item, other, sign);
  }
  return a.length - b.length;
};

/** By code points, where JavaScript goes by halves of them. */
const compareTexts = (a: string, b: string): number => {
  spendText(Math.min(a.length, b.length));
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  // Back to the whole sign, where two halves differ in their second.
  if (i > 0 && /[\udc00-\udfff]/.test(a[i] ?? b[i] ?? '')) i--;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
};

/** Python's `in`. */
export const contains = (whole: Value, part: Value): boolean => {
  if (isText(whole)) {
    if (isText(part)) {
      spendText(textOf(whole).length);
      return textOf(whole).includes(textOf(part));
    }
    throw new TemplateError(`'in <string>' requires string as left operand, not ${typeName(part)}`);
  }
  if (whole instanceof Dict) return whole.has(part);
  if (whole instanceof View && whole.kind === 'keys') return whole.of.has(part);
  if (!(isContainer(whole) || whole instanceof Missing))
    throw new TemplateError(`argument of type '${typeName(whole)}' is not iterable`);
  return itemsOf(whole).some((item) => isEqual(item, part));
};

/** Whether it can be looped over. */
export const canLoop = (value: Value): boolean =>
  isText(value) || value instanceof Dict || value instanceof Missing || isContainer(value);

const isContainer = (value: Value): boolean =>
  Array.isArray(value) ||
  value instanceof Tuple ||
  value instanceof Lazy ||
  value instanceof Range ||
  value instanceof View;
