import { spend, spendText, spendValues } from '#flow/jinja/fuel.ts';
import { attributeOf, itemOf, slice } from '#flow/jinja/access.ts';
import { compare, contains, isEqual, textOf } from '#flow/jinja/compare.ts';
import type { Env } from '#flow/jinja/env.ts';
import { escaped } from '#flow/jinja/escape.ts';
import { filterNamed, hasFilter } from '#flow/jinja/filters.ts';
import { Given, NOTHING_GIVEN } from '#flow/jinja/given.ts';
import { arithmetic, signed } from '#flow/jinja/numbers.ts';
import { pyText } from '#flow/jinja/print.ts';
import type { Args, Expr } from '#flow/jinja/syntax.ts';
import { hasTest, testNamed } from '#flow/jinja/tests.ts';
import {
  Dict,
  Func,
  isText,
  isTrue,
  itemsOf,
  Loop,
  Markup,
  Missing,
  TemplateError,
  Tuple,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

type Kinds = {
  readonly [Kind in Expr['kind']]: (expr: Extract<Expr, { kind: Kind }>, env: Env) => Value;
};

/** What an expression comes to. Throws TemplateError, or TooMuchError when the fuel is out. */
export const evaluate = (expr: Expr, env: Env): Value => {
  spend();
  return (KINDS[expr.kind] as (expr: Expr, env: Env) => Value)(expr, env);
};

const all = (items: readonly Expr[], env: Env): Value[] => items.map((item) => evaluate(item, env));

const kept = (items: readonly Expr[], env: Env): Value[] => {
  spendValues(1 + items.length);
  return all(items, env);
};

const KINDS: Kinds = {
  const: ({ value }) => value,
  name: ({ name }, { scope }) => {
    const found = scope.get(name);
    return found === undefined ? new Missing(`'${name}' is undefined`) : found;
  },
  list: ({ items }, env) => kept(items, env),
  tuple: ({ items }, env) => new Tuple(kept(items, env)),
  dict: ({ entries }, env) =>
    Dict.of(entries.map(([key, value]) => [evaluate(key, env), evaluate(value, env)] as const)),
  attribute: ({ of, name }, env) => attributeOf(evaluate(of, env), name),
  item: ({ of, key }, env) => itemOf(evaluate(of, env), evaluate(key, env)),
  slice: ({ of, bounds }, env) =>
    slice(
      evaluate(of, env),
      bounds.map((bound) => bound && evaluate(bound, env)),
    ),
  call: ({ callee, args }, env) => called(evaluate(callee, env), givenBy(args, env), env),
  filter: ({ name, of, args }, env) => {
    const apply = filterNamed(name);
    return apply(of ? evaluate(of, env) : '', givenBy(args, env), env);
  },
  test: ({ name, of, args }, env) => {
    const value = evaluate(of, env);
    // Whether a filter or a test of some name is there is asked of the machine itself.
    if (name === 'filter') return hasFilter(pyText(value));
    if (name === 'test') return hasTest(pyText(value));
    return testNamed(name)(value, givenBy(args, env), env);
  },
  unary: ({ sign, of }, env) => {
    const value = evaluate(of, env);
    return sign === 'not' ? !isTrue(value) : signed(sign, value);
  },
  binary: ({ sign, left, right }, env) => {
    const [a, b] = [evaluate(left, env), evaluate(right, env)];
    if (sign === '+' && isText(a) && isText(b) && (a instanceof Markup || b instanceof Markup))
      return new Markup(textOf(escaped(a)) + textOf(escaped(b)));
    return arithmetic(sign, [a, b]);
  },
  and: ({ left, right }, env) => {
    const value = evaluate(left, env);
    return isTrue(value) ? evaluate(right, env) : value;
  },
  or: ({ left, right }, env) => {
    const value = evaluate(left, env);
    return isTrue(value) ? value : evaluate(right, env);
  },
  concat: ({ parts }, env) => {
    const values = all(parts, env);
    const isSafe = values.some((value) => value instanceof Markup) && env.escapes;
    const texts = values.map((value) => (isSafe ? escaped(value).text : pyText(value)));
    spendText(texts.reduce((sum, text) => sum + text.length, 0));
    return isSafe ? new Markup(texts.join('')) : texts.join('');
  },
  compare: ({ first, rest }, env) => {
    let left = evaluate(first, env);
    for (const [sign, operand] of rest) {
      const right = evaluate(operand, env);
      if (!holds(sign, left, right)) return false;
      left = right;
    }
    return true;
  },
  choice: ({ test, yes, no, line }, env) => {
    if (isTrue(evaluate(test, env))) return evaluate(yes, env);
    return no
      ? evaluate(no, env)
      : new Missing(
          `the inline if-expression on line ${line} evaluated to false and no else section was defined.`,
        );
  },
};

const holds = (sign: string, left: Value, right: Value): boolean => {
  if (sign === 'in' || sign === 'not in') return contains(right, left) === (sign === 'in');
  if (sign === '==') return isEqual(left, right);
  if (sign === '!=') return !isEqual(left, right);
  const order = compare(left, right, sign);
  if (sign === '<') return order < 0;
  if (sign === '>') return order > 0;
  return sign === '<=' ? order <= 0 : order >= 0;
};

/** Arguments as they were written, evaluated; `more` are added by name. */
export const givenBy = (
  args: Args,
  env: Env,
  more?: readonly (readonly [string, Value])[],
): Given => {
  if (
    args.placed.length === 0 &&
    args.named.length === 0 &&
    !args.spread &&
    !args.spreadNamed &&
    !more
  )
    return NOTHING_GIVEN;
  const placed = all(args.placed, env);
  if (args.spread) placed.push(...itemsOf(evaluate(args.spread, env)));
  const named = new Map(args.named.map(([name, value]) => [name, evaluate(value, env)] as const));
  const spread = args.spreadNamed && evaluate(args.spreadNamed, env);
  if (spread instanceof Dict)
    for (const [key, value] of spread.entries()) named.set(pyText(key), value);
  for (const [name, value] of more ?? []) named.set(name, value);
  return new Given(placed, named);
};

/** Throws where it cannot be called. */
export const called = (callee: Value, given: Given, env: Env): Value => {
  if (callee instanceof Missing) throw new TemplateError(callee.why);
  if (callee instanceof Loop && callee.facts.again && given.placed.length > 0)
    return callee.facts.again(given.placed[0]!);
  if (!(callee instanceof Func))
    throw new TemplateError(`'${typeName(callee)}' object is not callable`);
  const made = callee.call(given, env);
  if (typeof made === 'string') spendText(made.length);
  else if (Array.isArray(made)) spend(made.length);
  return made;
};
