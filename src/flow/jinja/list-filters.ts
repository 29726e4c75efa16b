import { spend, spendText } from '#flow/jinja/fuel.ts';
import { Group } from '#flow/jinja/access.ts';
import { compare, isEqual, isNumber, textOf } from '#flow/jinja/compare.ts';
import { dictOf, isBackwards, sorted } from '#flow/jinja/container-methods.ts';
import { type Arguments, countArg } from '#flow/jinja/method.ts';
import type { Env } from '#flow/jinja/env.ts';
import { attributeGetter, caseless, type Filter, filter } from '#flow/jinja/filter.ts';
import { Given } from '#flow/jinja/given.ts';
import { arithmetic } from '#flow/jinja/numbers.ts';
import { pyText } from '#flow/jinja/print.ts';
import { testNamed } from '#flow/jinja/tests.ts';
import {
  Dict,
  isText,
  isTrue,
  itemsOf,
  lengthOf,
  Lazy,
  Missing,
  TemplateError,
  Tuple,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

const join = filter(['d', 'attribute'], (value, [between = '', attribute]) => {
  const get = attributeGetter(attribute);
  const glue = pyText(between);
  const texts = itemsOf(value).map((item) => pyText(get(item)));
  spendText(texts.reduce((sum, text) => sum + text.length + glue.length, 0));
  return texts.join(glue);
});

const keyOf = (attribute: Value | undefined, keepsCase: boolean) => {
  const get = attributeGetter(attribute);
  return (item: Value): Value => (keepsCase ? get(item) : caseless(get(item)));
};

/** By several attributes, with commas between them. */
const keysOf = (attribute: Value | undefined, keepsCase: boolean) => {
  const said = attribute !== undefined && attribute !== null && isText(attribute);
  const attributes = said ? textOf(attribute).split(',') : [attribute];
  const getters = attributes.map((one) => attributeGetter(one));
  return (item: Value): Value =>
    getters.map((get) => (keepsCase ? get(item) : caseless(get(item))));
};

const sort = filter(
  ['reverse', 'case_sensitive', 'attribute'],
  (value, [reverse, keepsCase = false, attribute]) =>
    sorted(itemsOf(value), keysOf(attribute, isTrue(keepsCase)), isBackwards(reverse)),
);

const dictsort = filter(
  ['case_sensitive', 'by', 'reverse'],
  (value, [keepsCase = false, by = 'key', reverse]) => {
    const at = ['key', 'value'].indexOf(pyText(by));
    if (at < 0) throw new TemplateError('You can only sort by either "key" or "value"');
    const pairs = dictOf(value)
      .entries()
      .map((entry) => new Tuple(entry));
    const key = (pair: Value): Value => {
      const found = (pair as Tuple).items[at]!;
      return isTrue(keepsCase) ? found : caseless(found);
    };
    return sorted(pairs, key, isBackwards(reverse));
  },
);

const unique = filter(['case_sensitive', 'attribute'], (value, [keepsCase = false, attribute]) => {
  const key = keyOf(attribute, isTrue(keepsCase));
  const seen = new Dict();
  const items = itemsOf(value).filter((item) => {
    const found = key(item);
    if (seen.has(found)) return false;
    seen.set(found, true);
    return true;
  });
  return new Lazy('sync_do_unique', items);
});

const extreme = (sign: 1 | -1): Filter =>
  filter(['case_sensitive', 'attribute'], (value, [keepsCase = false, attribute]) => {
    const key = keyOf(attribute, isTrue(keepsCase));
    let best: { readonly item: Value; readonly key: Value } | undefined;
    for (const item of itemsOf(value)) {
      const found = key(item);
      if (!best || compare(found, best.key, sign < 0 ? '>' : '<') * sign < 0)
        best = { item, key: found };
    }
    return best ? best.item : new Missing('No aggregated item, sequence was empty.');
  });

const groupby = filter(
  ['attribute', 'default', 'case_sensitive'],
  (value, [attribute, otherwise, keepsCase = false]) => {
    const get = attributeGetter(attribute, otherwise);
    const key = (item: Value): Value => (isTrue(keepsCase) ? get(item) : caseless(get(item)));
    const groups: { key: Value; items: Value[] }[] = [];
    for (const item of sorted(itemsOf(value), key, false)) {
      const last = groups.at(-1);
      const found = key(item);
      if (last && isEqual(last.key, found)) last.items.push(item);
      else groups.push({ key: found, items: [item] });
    }
    return groups.map(({ items }) => new Group(get(items[0]!), items));
  },
);

const batch = filter(['linecount', 'fill_with'], (value, [size, fill]) => {
  const wide = countArg(size, 1);
  const items = itemsOf(value);
  // As Jinja's does: a row of none comes before all, a negative number is never reached.
  const rows: Value[][] = wide === 0 && items.length > 0 ? [[], []] : [];
  for (const item of items) {
    const last = rows.at(-1);
    if (last && (wide <= 0 || last.length < wide)) last.push(item);
    else rows.push([item]);
  }
  const last = rows.at(-1);
  if (last && wide > last.length && fill !== undefined && fill !== null) {
    spend(wide - last.length);
    while (last.length < wide) last.push(fill);
  }
  return new Lazy('do_batch', rows);
});

const slice = filter(['slices', 'fill_with'], (value, [count, fill]) => {
  const items = [...itemsOf(value)];
  const many = countArg(count, 1);
  if (many === 0) throw new TemplateError('integer division or modulo by zero');
  if (many < 0) return new Lazy('sync_do_slice', []);
  spend(many);
  const size = Math.floor(items.length / many);
  const longer = items.length % many;
  const rows = Array.from({ length: many }, (_, i) => {
    const from = i * size + Math.min(i, longer);
    const row = items.slice(from, from + size + (i < longer ? 1 : 0));
    if (fill !== undefined && fill !== null && i >= longer) row.push(fill);
    return row;
  });
  return new Lazy('sync_do_slice', rows);
});

const sum = filter(['attribute', 'start'], (value, [attribute, start = 0n]) => {
  const get = attributeGetter(attribute);
  return itemsOf(value).reduce<Value>((total, item) => arithmetic('+', [total, get(item)]), start);
});

/** What the first argument of `map`, `select` and `reject` calls, with those behind it. */
const behind = ({ placed: [name, ...rest], named }: Given, what: string): [string, Given] => {
  if (name === undefined || !isText(name))
    throw new TemplateError(`map requires a ${what} argument`);
  return [textOf(name), new Given(rest, named)];
};

/** Of None and zero, too, there are none. */
const itemsIn = (value: Value): readonly Value[] => (isTrue(value) ? itemsOf(value) : []);

/** `map`; `named` finds a filter. */
export const mapWith =
  (named: (name: string) => Filter): Filter =>
  (value, given, env) => {
    const attribute = given.named.get('attribute');
    if (given.placed.length === 0 && attribute !== undefined) {
      const get = attributeGetter(attribute, given.named.get('default'));
      return new Lazy('sync_do_map', itemsIn(value).map(get));
    }
    const [name, rest] = behind(given, 'filter');
    const apply = named(name);
    return new Lazy(
      'sync_do_map',
      itemsIn(value).map((item) => apply(item, rest, env)),
    );
  };

const chosen =
  (wanted: boolean, byAttribute: boolean): Filter =>
  (value, given, env) => {
    const [first, ...others] = given.placed;
    if (byAttribute && first === undefined)
      throw new TemplateError('Missing parameter for attribute name');
    const get = byAttribute ? attributeGetter(first) : (item: Value): Value => item;
    const rest = byAttribute ? new Given(others, given.named) : given;
    const passes = rest.placed.length === 0 ? isTrue : passing(rest, env);
    const items = itemsIn(value).filter((item) => passes(get(item)) === wanted);
    return new Lazy('select_or_reject', items);
  };

const passing = (given: Given, env: Env): ((item: Value) => boolean) => {
  const [name, rest] = behind(given, 'test');
  return (item) => testNamed(name)(item, rest, env);
};

const isReversible = (value: Value): boolean =>
  value !== null &&
  (typeof value === 'object' ? !(value instanceof Lazy) : typeof value === 'string');

const end =
  (which: 'first' | 'last'): Filter =>
  (value) => {
    if (which === 'last' && !isReversible(value))
      throw new TemplateError(`'${typeName(value)}' object is not reversible`);
    // Of a list, however long, one item alone is looked at.
    const items = Array.isArray(value) ? value : itemsOf(value);
    const found = which === 'first' ? items[0] : items.at(-1);
    return found === undefined ? new Missing(`No ${which} item, sequence was empty.`) : found;
  };

const pairs: Filter = (value) => {
  if (value instanceof Missing) return new Lazy('do_items', []);
  if (!(value instanceof Dict)) throw new TemplateError('Can only get item pairs from a mapping.');
  return new Lazy(
    'do_items',
    value.entries().map((entry) => new Tuple(entry)),
  );
};

const reverse: Filter = (value) => {
  if (isText(value)) return Array.from(textOf(value)).toReversed().join('');
  if (!isReversible(value) && !(value instanceof Lazy))
    throw new TemplateError('argument must be iterable');
  const items = itemsOf(value).toReversed();
  // What can be gone through but once is a list then.
  return value instanceof Lazy ? items : new Lazy('list_reverseiterator', items);
};

const length: Filter = (value) => BigInt(lengthOf(value));

const withDefault = filter(
  ['default_value', 'boolean'],
  (value, [otherwise = '', isWide = false]: Arguments) =>
    value instanceof Missing || (isTrue(isWide) && !isTrue(value)) ? otherwise : value,
);

/** What Jinja does with lists and dictionaries. */
export const LIST_FILTERS: Readonly<Record<string, Filter>> = {
  join,
  sort,
  dictsort,
  unique,
  min: extreme(1),
  max: extreme(-1),
  groupby,
  batch,
  slice,
  sum,
  select: chosen(true, false),
  reject: chosen(false, false),
  selectattr: chosen(true, true),
  rejectattr: chosen(false, true),
  first: end('first'),
  last: end('last'),
  items: pairs,
  reverse,
  length,
  count: length,
  list: (value) => [...itemsOf(value)],
  default: withDefault,
  d: withDefault,
  abs: (value) => {
    if (!isNumber(value))
      throw new TemplateError(`bad operand type for abs(): '${typeName(value)}'`);
    return typeof value === 'number'
      ? Math.abs(value)
      : BigInt(value) < 0n
        ? -BigInt(value)
        : BigInt(value);
  },
};
