import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';

/** One operator: what there is, what is asked for. */
type Judge = (actual: Json, expected: Json) => boolean;

/** Every operator of the DSL. Throws SpillwayError `node_failed` when the values cannot be compared by it. */
export const compare = (actual: Json, operator: string, expected: Json): boolean => {
  const judge = OPERATORS[SAME[operator] ?? operator];
  if (!judge)
    throw new SpillwayError('node_failed', `There is no condition ${JSON.stringify(operator)}.`);
  return judge(actual, expected);
};

/** Empty as Python sees it. */
const isEmpty = (value: Json): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const textOf = (value: Json): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);

const cannot = (actual: Json, operator: string): SpillwayError =>
  new SpillwayError(
    'node_failed',
    `The condition "${operator}" does not go with ${kindOf(actual)}.`,
  );

const kindOf = (value: Json): string => {
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

const contains: Judge = (actual, expected) => {
  if (isEmpty(actual)) return false;
  if (typeof actual === 'string') return actual.includes(textOf(expected));
  if (Array.isArray(actual)) return actual.some((item) => isSame(item, expected));
  throw cannot(actual, 'contains');
};

/** The form knows only texts: a list of numbers holds "3" when it holds 3. */
const isSame = (item: Json, expected: Json): boolean =>
  item === expected ||
  (typeof item === 'number' && typeof expected === 'string' && item === Number(expected)) ||
  (typeof item === 'boolean' && item === truthOf(expected));

const truthOf = (value: Json): boolean => {
  if (typeof value !== 'string') return !isEmpty(value);
  const word = value.trim().toLowerCase();
  return word === 'true' || (word !== '' && word !== '0' && word !== 'false');
};

const startsWith: Judge = (actual, expected) => {
  if (isEmpty(actual)) return false;
  if (typeof actual === 'string') return actual.startsWith(textOf(expected));
  throw cannot(actual, 'start with');
};

const endsWith: Judge = (actual, expected) => {
  if (isEmpty(actual)) return false;
  if (typeof actual === 'string') return actual.endsWith(textOf(expected));
  throw cannot(actual, 'end with');
};

const is: Judge = (actual, expected) => {
  if (typeof actual === 'boolean') return actual === truthOf(expected);
  if (typeof actual === 'string') return actual === textOf(expected);
  throw cannot(actual, 'is');
};

const equals: Judge = (actual, expected) => {
  if (typeof actual === 'boolean') return actual === truthOf(expected);
  return numberOf(actual, '=') === wholeOrFraction(actual, expected, '=');
};

const numberOf = (value: Json, operator: string): number => {
  if (typeof value === 'number') return value;
  throw cannot(value, operator);
};

const expectedNumber = (value: Json, operator: string): number => {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new SpillwayError(
    'node_failed',
    `The condition "${operator}" compares with ${JSON.stringify(textOf(value).slice(0, 40))}, which is no number.`,
  );
};

/** As Python's `int()` reads it: a whole number is not compared with a fraction. */
const wholeOrFraction = (actual: Json, value: Json, operator: string): number => {
  const number = expectedNumber(value, operator);
  if (Number.isInteger(actual) && typeof value === 'string' && /[.eE]/.test(value))
    if (!Number.isInteger(number))
      throw new SpillwayError(
        'node_failed',
        `The condition "${operator}" compares a whole number with ${value}; use ≥ and ≤.`,
      );
  return number;
};

const ordered =
  (operator: string, fits: (actual: number, expected: number) => boolean): Judge =>
  (actual, expected) =>
    actual !== null && fits(numberOf(actual, operator), expectedNumber(expected, operator));

const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

/** A number is in no list of texts: forms know only such, and Dify takes them as they are. */
const isIn: Judge = (actual, expected) => {
  if (isEmpty(actual)) return false;
  if (!Array.isArray(expected))
    throw new SpillwayError(
      'node_failed',
      'The conditions "in" and "not in" take a list of values; use "contains" for a text.',
    );
  return expected.some((item) => actual === item || (actual === true && truthOf(item)));
};

const allOf: Judge = (actual, expected) =>
  !isEmpty(actual) &&
  listOf(expected).every((wanted) => listOf(actual).some((item) => isSame(item, wanted)));

const OPERATORS: Readonly<Record<string, Judge>> = {
  contains,
  'not contains': (actual, expected) => isEmpty(actual) || !contains(actual, expected),
  'start with': startsWith,
  'end with': endsWith,
  // Nothing is neither the same as something nor different from it.
  is: (actual, expected) => actual !== null && is(actual, expected),
  'is not': (actual, expected) => actual !== null && !is(actual, expected),
  empty: isEmpty,
  'not empty': (actual) => !isEmpty(actual),
  in: isIn,
  'not in': (actual, expected) => isEmpty(actual) || !isIn(actual, expected),
  'all of': allOf,
  '=': (actual, expected) => actual !== null && equals(actual, expected),
  '≠': (actual, expected) => actual !== null && !equals(actual, expected),
  '>': ordered('>', (a, b) => a > b),
  '<': ordered('<', (a, b) => a < b),
  '≥': ordered('≥', (a, b) => a >= b),
  '≤': ordered('≤', (a, b) => a <= b),
  null: (actual) => actual === null,
  'not null': (actual) => actual !== null,
  exists: (actual) => actual !== null,
  'not exists': (actual) => actual === null,
};

/** Spellings of hand-written files. */
const SAME: Readonly<Record<string, string>> = {
  '==': '=',
  '!=': '≠',
  '>=': '≥',
  '<=': '≤',
  'starts with': 'start with',
  'ends with': 'end with',
  'is null': 'null',
  'is not null': 'not null',
};
