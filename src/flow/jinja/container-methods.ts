import { spend, spendValues } from '#flow/jinja/fuel.ts';
import { compare, isEqual } from '#flow/jinja/compare.ts';
import { countArg, type Method, taking } from '#flow/jinja/method.ts';
import { pyRepr, pyText } from '#flow/jinja/print.ts';
import {
  Dict,
  Func,
  itemsOf,
  lengthOf,
  isTrue,
  Missing,
  type Range,
  TemplateError,
  Tuple,
  typeName,
  type Value,
  View,
} from '#flow/jinja/values.ts';
import { Given } from '#flow/jinja/given.ts';

const indexOf = taking<readonly Value[]>(['value', 'start', 'end'], (items, given) => {
  const [wanted = null, start, end] = given;
  const placed = (at: number): number => (at < 0 ? at + items.length : at);
  const from = placed(countArg(start, 0));
  const to = placed(countArg(end, items.length));
  const at = items.findIndex((item, i) => i >= from && i < to && isEqual(item, wanted));
  return BigInt(at);
});

const placed =
  <Self>(
    listed: (self: Self) => readonly Value[],
    refusal: (wanted: Value) => string,
  ): Method<Self> =>
  (self, given, env) => {
    const at = indexOf(listed(self), given, env);
    if (at === -1n) throw new TemplateError(refusal(given.placed[0] ?? null));
    return at;
  };

const count = taking<readonly Value[]>(['value'], (items, [wanted = null]) =>
  BigInt(items.filter((item) => isEqual(item, wanted)).length),
);

/** Sorted as Python sorts: equal ones keep their order, backwards too. */
export const sorted = (
  items: readonly Value[],
  key: (item: Value) => Value,
  backwards: boolean,
): Value[] => {
  const rows = items.map((item) => ({ item, key: key(item) }));
  rows.sort((a, b) => (backwards ? compare(b.key, a.key) : compare(a.key, b.key)));
  return rows.map(({ item }) => item);
};

/** Whether to sort backwards: a truth, or a number. */
export const isBackwards = (value: Value = false): boolean => {
  if (typeof value === 'boolean' || typeof value === 'bigint') return isTrue(value);
  throw new TemplateError(`'${typeName(value)}' object cannot be interpreted as an integer`);
};

const replaceAll = (items: Value[], found: readonly Value[]): null => {
  spend(found.length);
  for (const [i, item] of found.entries()) items[i] = item;
  return null;
};

/** What Python calls on a list; those that change it give None. */
export const LIST_METHODS: Readonly<Record<string, Method<Value[]>>> = {
  append: taking(['object'], (items, [item = null]) => {
    spendValues(1);
    items.push(item);
    return null;
  }),
  extend: taking(['iterable'], (items, [more = []]) => {
    const added = [...itemsOf(more)];
    for (const item of added) items.push(item);
    return null;
  }),
  insert: taking(['index', 'object'], (items, [at, item = null]) => {
    spend(items.length >> 6);
    items.splice(countArg(at, 0), 0, item);
    return null;
  }),
  pop: taking(['index'], (items, [at]) => {
    if (items.length === 0) throw new TemplateError('pop from empty list');
    const asked = countArg(at, -1);
    const i = asked < 0 ? asked + items.length : asked;
    const found = items[i];
    if (found === undefined) throw new TemplateError('pop index out of range');
    spend((items.length - i) >> 6);
    items.splice(i, 1);
    return found;
  }),
  remove: taking(['value'], (items, [wanted = null]) => {
    const at = items.findIndex((item) => isEqual(item, wanted));
    if (at < 0) throw new TemplateError('list.remove(x): x not in list');
    items.splice(at, 1);
    return null;
  }),
  clear: taking([], (items) => ((items.length = 0), null)),
  reverse: taking([], (items) => replaceAll(items, items.toReversed())),
  copy: taking([], (items) => [...itemsOf(items)]),
  sort: taking(['key', 'reverse'], (items, [key, reverse], env) => {
    const by = (item: Value): Value =>
      key instanceof Func ? key.call(new Given([item]), env) : item;
    const found = sorted(items, by, isBackwards(reverse));
    return replaceAll(items, found);
  }),
  index: placed(
    (items) => items,
    (wanted) => `${pyRepr(wanted)} is not in list`,
  ),
  count,
};

/** For what goes through its items; throws what Python says of what has none. */
export const dictOf = (value: Value): Dict => {
  if (value instanceof Dict) return value;
  throw new TemplateError(
    value instanceof Missing ? value.why : `'${typeName(value)}' object has no attribute 'items'`,
  );
};

export const TUPLE_METHODS: Readonly<Record<string, Method<Tuple>>> = {
  index: placed(
    ({ items }) => items,
    () => 'tuple.index(x): x not in tuple',
  ),
  count: ({ items }, given, env) => count(items, given, env),
};

export const RANGE_METHODS: Readonly<Record<string, Method<Range>>> = {
  index: placed(
    (range) => range.items(),
    (wanted) => `${pyText(wanted)} is not in range`,
  ),
  count: (range, given, env) => count(range.items(), given, env),
};

/** What cannot be a pair, as nothing can be looped over in it. */
const isOne = (value: Value): boolean =>
  value === null || !(typeof value === 'string' || typeof value === 'object');

/** Puts what a dictionary, or a list of pairs, and arguments by name say into `dict`. */
export const update = (dict: Dict, given: Given): void => {
  const [from] = given.placed;
  if (from instanceof Missing) throw new TemplateError(from.why);
  if (from instanceof Dict) for (const [key, value] of from.entries()) dict.set(key, value);
  else if (from !== undefined)
    for (const [i, pair] of itemsOf(from).entries()) {
      const [key, value, ...more] = isOne(pair) ? [] : itemsOf(pair);
      if (key === undefined || value === undefined || more.length > 0)
        throw new TemplateError(
          isOne(pair)
            ? `cannot convert dictionary update sequence element #${i} to a sequence`
            : `dictionary update sequence element #${i} has length ${lengthOf(pair)}; 2 is required`,
        );
      dict.set(key, value);
    }
  for (const [key, value] of given.named) dict.set(key, value);
};

const popped = (dict: Dict, key: Value, otherwise: Value | undefined): Value => {
  const found = dict.get(key) ?? (dict.has(key) ? null : otherwise);
  if (found === undefined) throw new TemplateError(pyRepr(key));
  dict.delete(key);
  return found;
};

export const DICT_METHODS: Readonly<Record<string, Method<Dict>>> = {
  get: taking(['key', 'default'], (dict, [key = null, otherwise = null]) =>
    dict.has(key) ? (dict.get(key) ?? null) : otherwise,
  ),
  items: taking([], (dict) => new View('items', dict)),
  keys: taking([], (dict) => new View('keys', dict)),
  values: taking([], (dict) => new View('values', dict)),
  copy: taking([], (dict) => Dict.of(dict.entries())),
  update: (dict, given) => {
    spend(given.named.size + 1);
    update(dict, given);
    return null;
  },
  setdefault: taking(['key', 'default'], (dict, [key = null, otherwise = null]) => {
    if (!dict.has(key)) dict.set(key, otherwise);
    return dict.get(key) ?? null;
  }),
  pop: taking(['key', 'default'], (dict, [key = null, otherwise]) => popped(dict, key, otherwise)),
  popitem: taking([], (dict) => {
    const last = dict.entries().at(-1);
    if (!last) throw new TemplateError("'popitem(): dictionary is empty'");
    dict.delete(last[0]);
    return new Tuple(last);
  }),
  clear: taking([], (dict) => (dict.clear(), null)),
  fromkeys: taking(['iterable', 'value'], (_, [keys = [], value = null]) =>
    Dict.of(itemsOf(keys).map((key) => [key, value] as const)),
  ),
};
