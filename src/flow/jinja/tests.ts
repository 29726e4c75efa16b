import { compare, contains, isEqual, isNumber, textOf } from '#flow/jinja/compare.ts';
import type { Env } from '#flow/jinja/env.ts';
import type { Given } from '#flow/jinja/given.ts';
import { arithmetic } from '#flow/jinja/numbers.ts';
import {
  Dict,
  Func,
  isText,
  Lazy,
  Markup,
  Missing,
  Range,
  TemplateError,
  Tuple,
  type Value,
  View,
} from '#flow/jinja/values.ts';

/** What stands behind `is`. */
export type Test = (value: Value, given: Given, env: Env) => boolean;

const other = ({ placed: [found] }: Given): Value => {
  if (found === undefined) throw new TemplateError('the test wants something to compare with');
  return found;
};

const order =
  (sign: string, holds: (order: number) => boolean): Test =>
  (value, given) =>
    holds(compare(value, other(given), sign));

const equal: Test = (value, given) => isEqual(value, other(given));
const unequal: Test = (value, given) => !isEqual(value, other(given));
const less = order('<', (by) => by < 0);
const greater = order('>', (by) => by > 0);
const atMost = order('<=', (by) => by <= 0);
const atLeast = order('>=', (by) => by >= 0);

const remainder = (value: Value, by: bigint, { meter }: Env): Value =>
  arithmetic('%', [value, by], meter);

const isSequence: Test = (value) =>
  isText(value) ||
  Array.isArray(value) ||
  value instanceof Tuple ||
  value instanceof Dict ||
  value instanceof Range ||
  value instanceof Missing;

const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === 'boolean',
  callable: (value) => value instanceof Func,
  defined: (value) => !(value instanceof Missing),
  undefined: (value) => value instanceof Missing,
  divisibleby: (value, given, { meter }) =>
    isEqual(arithmetic('%', [value, other(given)], meter), 0n),
  eq: equal,
  equalto: equal,
  '==': equal,
  ne: unequal,
  '!=': unequal,
  lt: less,
  lessthan: less,
  '<': less,
  le: atMost,
  '<=': atMost,
  gt: greater,
  greaterthan: greater,
  '>': greater,
  ge: atLeast,
  '>=': atLeast,
  escaped: (value) => value instanceof Markup,
  even: (value, _, env) => isEqual(remainder(value, 2n, env), 0n),
  odd: (value, _, env) => isEqual(remainder(value, 2n, env), 1n),
  false: (value) => value === false,
  true: (value) => value === true,
  none: (value) => value === null,
  float: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'bigint',
  number: isNumber,
  string: isText,
  mapping: (value) => value instanceof Dict,
  in: (value, given) => contains(other(given), value),
  iterable: (value, given, env) =>
    isSequence(value, given, env) || value instanceof Lazy || value instanceof View,
  sequence: isSequence,
  sameas: (value, given) => value === other(given),
  lower: (value) => isText(value) && isCased(textOf(value), textOf(value).toLowerCase()),
  upper: (value) => isText(value) && isCased(textOf(value), textOf(value).toUpperCase()),
};

const isCased = (text: string, changed: string): boolean =>
  text === changed && text.toLowerCase() !== text.toUpperCase();

export const hasTest = (name: string): boolean => Object.hasOwn(TESTS, name);

/** Throws for a name that there is not. */
export const testNamed = (name: string): Test => {
  const found = hasTest(name) ? TESTS[name] : undefined;
  if (!found) throw new TemplateError(`No test named '${name}'.`);
  return found;
};
