import { safeMethod } from '#flow/jinja/markup.ts';
import { spend, spendText } from '#flow/jinja/fuel.ts';
import { textOf } from '#flow/jinja/compare.ts';
import {
  DICT_METHODS,
  LIST_METHODS,
  RANGE_METHODS,
  TUPLE_METHODS,
} from '#flow/jinja/container-methods.ts';
import { loopMember } from '#flow/jinja/loop.ts';
import type { Method } from '#flow/jinja/method.ts';
import { pyText } from '#flow/jinja/print.ts';
import { formatWith, TEXT_METHODS } from '#flow/jinja/text-methods.ts';
import {
  Dict,
  Func,
  isKey,
  isText,
  Loop,
  Markup,
  Missing,
  Namespace,
  Range,
  signsOf,
  TemplateError,
  Tuple,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

/** What a group by `groupby` is called by. */
export class Group extends Tuple {
  override readonly items: readonly [grouper: Value, list: Value];

  constructor(grouper: Value, list: readonly Value[]) {
    const items: readonly [Value, Value] = [grouper, [...list]];
    super(items);
    this.items = items;
  }
}

/** `value.name`: a method or an attribute first, a key of a dictionary after it. */
export const attributeOf = (value: Value, name: string): Value => {
  const own = ownAttribute(value, name);
  if (own !== undefined) return own;
  const found = keyed(value, name);
  return found === undefined ? missing(value, name) : found;
};

/** `value[key]`: the other way round. */
export const itemOf = (value: Value, key: Value): Value => {
  const found = keyed(value, key);
  if (found !== undefined) return found;
  const name = isText(key) ? textOf(key) : undefined;
  const attribute = name === undefined ? undefined : ownAttribute(value, name);
  return attribute === undefined ? missing(value, key) : attribute;
};

/** What an attribute or an item leads to that is not there. */
export const missing = (value: Value, key: Value): Value => {
  spend();
  if (value instanceof Missing) throw new TemplateError(value.why);
  const of =
    value === null
      ? 'None'
      : `${value instanceof Markup ? 'markupsafe.Markup' : typeName(value)} object`;
  return new Missing(
    isText(key)
      ? `'${of}' has no attribute '${textOf(key)}'`
      : `${of} has no element ${pyText(key)}`,
  );
};

/** A method that is there, or an attribute; null stands for None. */
export const ownAttribute = (value: Value, name: string): Value | undefined => {
  if (value instanceof Func) return value.attributes.get(name);
  if (value instanceof Namespace) return value.members.get(name);
  if (value instanceof Loop) return loopMember(value, name);
  if (value instanceof Group && (name === 'grouper' || name === 'list'))
    return value.items[name === 'grouper' ? 0 : 1];
  if (typeof value === 'string') return method(TEXTS, name, value);
  if (value instanceof Markup) return safeMethod(method(TEXTS, name, value.text));
  if (Array.isArray(value)) return method(LIST_METHODS, name, value);
  if (value instanceof Dict) return method(DICT_METHODS, name, value);
  if (value instanceof Tuple) return method(TUPLE_METHODS, name, value);
  if (value instanceof Range) return method(RANGE_METHODS, name, value);
  if (typeof value === 'number' && name === 'is_integer')
    return new Func(name, () => Number.isInteger(value));
  return undefined;
};

const member = (of: Value, name: string, isItem: boolean): Value => {
  const key = /^\d+$/.test(name) ? BigInt(name) : name;
  const found = isItem ? keyed(of, key) : ownAttribute(of, name);
  if (found !== undefined) return found;
  throw new TemplateError(`'${typeName(of)}' object has no attribute '${name}'`);
};

const TEXTS: Readonly<Record<string, Method<string>>> = { ...TEXT_METHODS, ...formatWith(member) };

const method = <Self>(
  methods: Readonly<Record<string, Method<Self>>>,
  name: string,
  self: Self,
): Func | undefined => {
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return (
    found &&
    new Func(name, (given, env) => {
      if (typeof self === 'string') spendText(self.length);
      return found(self, given, env);
    })
  );
};

/** What stands at a key or an index; undefined where nothing does. */
const keyed = (value: Value, key: Value): Value | undefined => {
  if (value instanceof Dict) return isKey(key) ? value.get(key) : undefined;
  if (value instanceof Missing) throw new TemplateError(value.why);
  if (typeof key !== 'bigint' && typeof key !== 'boolean') return undefined;
  const all = sequenceOf(value);
  if (all === undefined) return undefined;
  const i = Number(key);
  const at = i < 0 ? all.length + i : i;
  return at < 0 ? undefined : all.at(at);
};

interface Sequence {
  readonly length: number;
  at(i: number): Value | undefined;
}

const sequenceOf = (value: Value): Sequence | undefined => {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (value instanceof Range)
    return {
      length: value.length,
      at: (i) => (i < 0 || i >= value.length ? undefined : value.at(i)),
    };
  if (!isText(value)) return undefined;
  return signsOf(textOf(value));
};

/** `value[start:stop:step]`. */
export const slice = (value: Value, bounds: readonly (Value | undefined)[]): Value => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  const all = sequenceOf(value);
  if (all === undefined)
    throw new TemplateError(`'${typeName(value)}' object is not subscriptable`);
  const [start, stop, step] = bounds.map(bound);
  const stride = step ?? 1;
  if (stride === 0) throw new TemplateError('slice step cannot be zero');
  const [from, to] = endsOf(all.length, [start, stop, stride]);
  if (value instanceof Range) return value.part(from, to, stride);
  const indexes: number[] = [];
  for (let i = from; stride > 0 ? i < to : i > to; i += stride) indexes.push(i);
  spend(1 + indexes.length / 8);
  const items = indexes.map((i) => all.at(i)!);
  if (Array.isArray(value)) return items;
  if (value instanceof Tuple) return new Tuple(items);
  if (isText(value)) {
    const text = items.map(pyText).join('');
    return value instanceof Markup ? new Markup(text) : text;
  }
  return items;
};

const bound = (value: Value | undefined): number | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  throw new TemplateError('slice indices must be integers or None');
};

const endsOf = (
  length: number,
  [start, stop, step]: readonly [number | undefined, number | undefined, number],
): readonly [from: number, to: number] => {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const placed = (at: number): number =>
    Math.min(highest, Math.max(lowest, at < 0 ? at + length : at));
  const from = start === undefined ? (step > 0 ? lowest : highest) : placed(start);
  const to = stop === undefined ? (step > 0 ? highest : lowest) : placed(stop);
  return [from, to];
};
