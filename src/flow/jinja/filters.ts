import { safe } from '#flow/jinja/markup.ts';
import { spendText } from '#flow/jinja/fuel.ts';
import { asNumber, isNumber, textOf } from '#flow/jinja/compare.ts';
import { rounded, roundedWhole } from '#flow/jinja/decimals.ts';
import { ownAttribute } from '#flow/jinja/access.ts';
import { type Filter, filter } from '#flow/jinja/filter.ts';
import { LIST_FILTERS, mapWith } from '#flow/jinja/list-filters.ts';
import { countArg, textArg } from '#flow/jinja/method.ts';
import { floatOf, wholeOf } from '#flow/jinja/numbers.ts';
import { pretty } from '#flow/jinja/pretty.ts';
import { pyText } from '#flow/jinja/print.ts';
import { TEXT_FILTERS } from '#flow/jinja/text-filters.ts';
import { toJson } from '#flow/jinja/to-json.ts';
import { isText, Markup, Missing, TemplateError, type Value } from '#flow/jinja/values.ts';

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
  if (!isNumber(value)) throw new TemplateError('round wants a number');
  const digits = countArg(precision, 0);
  const number = asNumber(value);
  const how = textArg(method);
  if (how === 'common') {
    if (typeof number === 'number') return rounded(number, digits);
    if (digits >= 0) return number;
    return number < 0n ? -roundedWhole(-number, -digits) : roundedWhole(number, -digits);
  }
  if (how !== 'ceil' && how !== 'floor')
    throw new TemplateError('method must be common, ceil or floor');
  const unit = 10 ** digits;
  return Math[how](Number(number) * unit) / unit;
});

const attr = filter(['name'], (value, [name = '']) => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  const found = ownAttribute(value, pyText(name));
  return found === undefined ? new Missing(`there is no attribute '${pyText(name)}'`) : found;
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
