import { safe } from '#flow/jinja/markup.ts';
import { spendText } from '#flow/jinja/fuel.ts';
import { asNumber, isNumber, textOf } from '#flow/jinja/compare.ts';
import { rounded, roundedWhole } from '#flow/jinja/decimals.ts';
import { missing, ownAttribute } from '#flow/jinja/access.ts';
import { type Filter, filter } from '#flow/jinja/filter.ts';
import { LIST_FILTERS, mapWith } from '#flow/jinja/list-filters.ts';
import { countArg, textArg } from '#flow/jinja/method.ts';
import { arithmetic, floatOf, wholeOf } from '#flow/jinja/numbers.ts';
import { pretty } from '#flow/jinja/pretty.ts';
import { pyText } from '#flow/jinja/print.ts';
import { TEXT_FILTERS } from '#flow/jinja/text-filters.ts';
import { toJson } from '#flow/jinja/to-json.ts';
import {
  isText,
  Markup,
  Missing,
  TemplateError,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

const int = filter(['default', 'base'], (value, [otherwise = 0n, base]) => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  if (isText(value)) {
    const text = textOf(value);
    const found = wholeOf(text, countArg(base, 10));
    if (found !== undefined) return found;
    const float = floatOf(text);
    return float !== undefined && Number.isFinite(float) ? BigInt(Math.trunc(float)) : otherwise;
  }
  if (!isNumber(value)) return otherwise;
  const number = asNumber(value);
  if (typeof number === 'bigint') return number;
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : otherwise;
});

const float = filter(['default'], (value, [otherwise = 0]) => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  if (isNumber(value)) return Number(value);
  return (isText(value) ? floatOf(textOf(value)) : undefined) ?? otherwise;
});

const round = filter(['precision', 'method'], (value, [precision, method = 'common']) => {
  const digits = countArg(precision, 0);
  const how = textArg(method);
  if (!isNumber(value)) return unrounded(value, how, digits);
  const number = asNumber(value);
  if (how === 'common') {
    if (typeof number === 'number') return rounded(number, digits);
    if (digits >= 0) return number;
    return number < 0n ? -roundedWhole(-number, -digits) : roundedWhole(number, -digits);
  }
  if (how !== 'ceil' && how !== 'floor')
    throw new TemplateError('method must be common, ceil or floor');
  const unit = digits < 0 ? 10 ** digits : 10n ** BigInt(Math.min(digits, MOST_PLACES));
  if (typeof number === 'bigint' && typeof unit === 'bigint') return Number(number);
  const scaled = Math[how](Number(arithmetic('*', [number, unit])));
  // Python rounds to an integer, which knows no zero below zero.
  return arithmetic('/', [scaled === 0 ? 0 : scaled, unit]);
});

/** From here on a power of ten is no float. */
const MOST_PLACES = 309;

const unrounded = (value: Value, how: string, digits: number): never => {
  const name = typeName(value);
  if (how === 'common') throw new TemplateError(`type ${name} doesn't define __round__ method`);
  const scaled = arithmetic('*', [value, digits < 0 ? 10 ** digits : 1n]);
  throw new TemplateError(`must be real number, not ${typeName(scaled)}`);
};

const attr = filter(['name'], (value, [name = '']) => {
  if (!isText(name))
    throw new TemplateError(`attribute name must be string, not '${typeName(name)}'`);
  if (value instanceof Missing) throw new TemplateError(value.why);
  const found = ownAttribute(value, pyText(name));
  return found === undefined ? missing(value, pyText(name)) : found;
});

const tojson = filter(
  ['indent'],
  (value, [indent]) =>
    new Markup(
      toJson(value, indent === undefined || indent === null ? undefined : countArg(indent, 0)),
    ),
);

/** What these make of a safe text is one. */
const KEEPS_SAFE = new Set('capitalize center indent lower reverse trim truncate upper'.split(' '));

const FILTERS: Readonly<Record<string, Filter>> = {
  ...TEXT_FILTERS,
  ...LIST_FILTERS,
  int,
  float,
  round,
  attr,
  tojson,
  pprint: (value) => pretty(value),
  map: mapWith((name) => filterNamed(name)),
};

export const hasFilter = (name: string): boolean => Object.hasOwn(FILTERS, name);

/**
 * A text that goes into a filter or comes out of it costs by its length.
 * Throws for a name that there is not.
 */
export const filterNamed = (name: string): Filter => {
  const found = hasFilter(name) ? FILTERS[name] : undefined;
  if (!found) throw new TemplateError(`No filter named '${name}'.`);
  return (value, given, env) => {
    charge(value);
    const made = found(value, given, env);
    charge(made);
    return value instanceof Markup && KEEPS_SAFE.has(name) ? safe(made) : made;
  };
};

const charge = (value: Value): void => {
  if (isText(value)) spendText(textOf(value).length);
};
