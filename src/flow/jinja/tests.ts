import { pyText } from '#flow/jinja/print.ts';
import { spendText } from '#flow/jinja/fuel.ts';
import { compare, contains, isEqual, isNumber } from '#flow/jinja/compare.ts';
import type { Env } from '#flow/jinja/env.ts';
import type { Given } from '#flow/jinja/given.ts';
import { arithmetic } from '#flow/jinja/numbers.ts';
import {
  Dict,
  Func,
  isText,
  Lazy,
  Loop,
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

const remainder = (value: Value, by: bigint): Value => arithmetic('%', [value, by]);

const isSequence = (value: Value): boolean =>
  isText(value) ||
  Array.isArray(value) ||
  value instanceof Tuple ||
  value instanceof Dict ||
  value instanceof Range ||
  value instanceof Missing;

/** Tests of a value by itself. */
const ALONE: Readonly<Record<string, (value: Value) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  callable: (value) => value instanceof Func || value instanceof Loop || value instanceof Missing,
  defined: (value) => !(value instanceof Missing),
  undefined: (value) => value instanceof Missing,
  escaped: (value) => value instanceof Markup,
  even: (value) => isEqual(remainder(value, 2n), 0n),
  odd: (value) => isEqual(remainder(value, 2n), 1n),
  false: (value) => value === false,
  true: (value) => value === true,
  none: (value) => value === null,
  float: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'bigint',
  number: isNumber,
  string: isText,
  mapping: (value) => value instanceof Dict,
  iterable: (value) => isSequence(value) || value instanceof Lazy || value instanceof View,
  sequence: isSequence,
  lower: (value) => isCased(pyText(value), (text) => text.toLowerCase()),
  upper: (value) => isCased(pyText(value), (text) => text.toUpperCase()),
};

/** Tests that compare it with another. */
const COMPARING: Readonly<Record<string, Test>> = {
  divisibleby: (value, given) => isEqual(arithmetic('%', [value, other(given)]), 0n),
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
  in: (value, given) => contains(other(given), value),
  sameas: (value, given) => value === other(given),
};

const isCased = (text: string, to: (text: string) => string): boolean => {
  spendText(text.length);
  return text === to(text) && text.toLowerCase() !== text.toUpperCase();
};

export const hasTest = (name: string): boolean =>
  Object.hasOwn(ALONE, name) || Object.hasOwn(COMPARING, name);

/** Throws for a name that there is not. */
export const testNamed = (name: string): Test => {
  if (!hasTest(name)) throw new TemplateError(`No test named '${name}'.`);
  const found = Object.hasOwn(ALONE, name) ? ALONE[name] : undefined;
  if (!found) return COMPARING[name]!;
  return (value, { placed, named }) => {
    if (placed.length + named.size > 0)
      throw new TemplateError(`the test '${name}' is of a value by itself`);
    return found(value);
  };
};
