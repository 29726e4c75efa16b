import { itemOf } from '#flow/jinja/access.ts';
import { textOf } from '#flow/jinja/compare.ts';
import type { Env } from '#flow/jinja/env.ts';
import type { Given } from '#flow/jinja/given.ts';
import { type Arguments, countArg } from '#flow/jinja/method.ts';
import { isText, Missing, type Value } from '#flow/jinja/values.ts';

/** What stands behind a bar. */
export type Filter = (value: Value, given: Given, env: Env) => Value;

/** A filter whose arguments have names. */
export const filter =
  (names: readonly string[], run: (value: Value, args: Arguments, env: Env) => Value): Filter =>
  (value, given, env) =>
    run(value, given.bind(names), env);

/** How `attribute` of many filters is read: `a.b`, or the number of an item. */
export const attributeGetter = (
  attribute: Value | undefined,
  otherwise?: Value,
): ((item: Value) => Value) => {
  if (attribute === undefined || attribute === null) return (item) => item;
  const path = isText(attribute)
    ? textOf(attribute)
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part))
    : [BigInt(countArg(attribute, 0))];
  return (item) => {
    let found = item;
    for (const part of path) {
      found = itemOf(found, part);
      if (found instanceof Missing && otherwise !== undefined) found = otherwise;
    }
    return found;
  };
};

/** Texts without regard to their case, unless that is asked for. */
export const caseless = (value: Value): Value =>
  isText(value) ? textOf(value).toLowerCase() : value;
