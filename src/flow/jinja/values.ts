import { isObject, type Json } from '#core/json.ts';
import type { Given } from '#flow/jinja/given.ts';
import type { Env } from '#flow/jinja/env.ts';
import { spend, spendValues } from '#flow/jinja/fuel.ts';

/**
 * A value of a template, with Python's distinctions: whole numbers are bigints, floats numbers,
 * arrays lists. Nothing of JavaScript's own objects is ever reached through one.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Value[]
  | Tuple
  | Dict
  | Markup
  | Missing
  | Lazy
  | Range
  | View
  | Func
  | Namespace
  | Loop;

export class Tuple {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** A text that is safe to stand in a page: the filter `escape` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a name or an attribute leads to where there is none: it prints as nothing. */
export class Missing {
  /** What is said where more is asked of it than to be printed. */
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** What a filter hands out one by one, and once. */
export class Lazy {
  readonly name: string;
  #items: readonly Value[];

  constructor(name: string, items: readonly Value[]) {
    this.name = name;
    this.#items = items;
  }

  take(): readonly Value[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

export class Range {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get length(): number {
    const span = this.step > 0n ? this.stop - this.start : this.start - this.stop;
    const stride = this.step > 0n ? this.step : -this.step;
    return span <= 0n ? 0 : Number((span + stride - 1n) / stride);
  }

  at(i: number): bigint {
    return this.start + this.step * BigInt(i);
  }

  /** As `range(…)[start:stop:step]` gives one. */
  part(from: number, to: number, stride: number): Range {
    return new Range(
      this.start + this.step * BigInt(from),
      this.start + this.step * BigInt(to),
      this.step * BigInt(stride),
    );
  }

  items(): bigint[] {
    spendValues(this.length);
    return Array.from({ length: this.length }, (_, i) => this.at(i));
  }
}

/** What `keys()`, `values()` and `items()` of a dictionary give. */
export class View {
  readonly kind: 'keys' | 'values' | 'items';
  readonly of: Dict;

  constructor(kind: View['kind'], of: Dict) {
    this.kind = kind;
    this.of = of;
  }

  items(): Value[] {
    const entries = this.of.entries();
    if (this.kind === 'items') return entries.map((entry) => new Tuple(entry));
    return entries.map(([key, value]) => (this.kind === 'keys' ? key : value));
  }
}

type FuncLooks = Pick<Func, 'attributes' | 'shown'>;

/** A function of the machine's own: a macro, a method, a global. */
export class Func {
  readonly name: string;
  readonly call: (given: Given, env: Env) => Value;
  /** What may be read of it. */
  readonly attributes: ReadonlyMap<string, Value>;
  /** What it prints. */
  readonly shown: string;

  constructor(
    name: string,
    call: (given: Given, env: Env) => Value,
    { attributes = new Map(), shown = `<function ${name}>` }: Partial<FuncLooks> = {},
  ) {
    this.name = name;
    this.call = call;
    this.attributes = attributes;
    this.shown = shown;
  }
}

/** What a template may set attributes of. */
export class Namespace {
  readonly members = new Map<string, Value>();
}

/** What a loop says of itself. */
export interface LoopFacts {
  readonly items: readonly Value[];
  readonly depth0: number;
  /** A recursive loop runs itself with other items. */
  readonly again?: (items: Value) => Value;
}

export class Loop {
  readonly facts: LoopFacts;
  at = 0;
  /** What `changed` was told last. */
  seen: readonly Value[] | undefined;

  constructor(facts: LoopFacts) {
    this.facts = facts;
  }
}

/** In the order in which keys came. Keys that are equal in Python (1, 1.0, True) are one. */
export class Dict {
  readonly #entries = new Map<string, [key: Value, value: Value]>();

  get size(): number {
    return this.#entries.size;
  }

  /** Throws for a key that can be none. */
  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1];
  }

  has(key: Value): boolean {
    return this.#entries.has(hashOf(key));
  }

  set(key: Value, value: Value): void {
    const hash = hashOf(key);
    const found = this.#entries.get(hash);
    if (found) found[1] = value;
    else {
      spendValues(1);
      this.#entries.set(hash, [key, value]);
    }
  }

  delete(key: Value): boolean {
    return this.#entries.delete(hashOf(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  entries(): (readonly [Value, Value])[] {
    spend(this.size);
    return [...this.#entries.values()];
  }

  keys(): Value[] {
    return this.entries().map(([key]) => key);
  }

  static of(entries: Iterable<readonly [Value, Value]>): Dict {
    const made = new Dict();
    for (const [key, value] of entries) made.set(key, value);
    return made;
  }
}

/** A template that asks for what cannot be, in the words of Python. */
export class TemplateError extends Error {
  /** Counted from one, where it is known. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** What is equal in Python has the same text. */
const hashOf = (key: Value): string => {
  spend(4);
  if (isText(key)) {
    const text = typeof key === 'string' ? key : key.text;
    spend(text.length >> 4);
    return `s${text}`;
  }
  if (key === null) return 'none';
  if (typeof key === 'boolean') return key ? 'n1' : 'n0';
  if (typeof key === 'bigint') return `n${key}`;
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : `n${key}`;
  if (key instanceof Tuple) {
    spend(key.items.length);
    const hashes = key.items.map(hashOf);
    return `t${hashes.map((hash) => `${hash.length}:${hash}`).join('')}`;
  }
  // Undefined is equal to Undefined.
  if (key instanceof Missing) return 'undefined';
  if (key instanceof Range) return `r${key.start} ${key.length} ${key.step}`;
  throw new TemplateError(`unhashable type: '${typeName(key)}'`);
};

/** Whether a dictionary may have it for a key. */
export const isKey = (value: Value): boolean =>
  value instanceof Tuple
    ? value.items.every(isKey)
    : value === null ||
      typeof value !== 'object' ||
      isText(value) ||
      value instanceof Missing ||
      value instanceof Range;

/** From here on JavaScript writes whole numbers with an exponent, which Python reads as a float. */
const FIRST_FLOAT = 1e21;

/** JSON cannot tell 1.0 from 1: a whole number is taken for an integer. */
export const fromJson = (json: Json): Value => {
  if (typeof json === 'number')
    return Number.isInteger(json) && Math.abs(json) < FIRST_FLOAT ? BigInt(json) : json;
  if (Array.isArray(json)) return json.map(fromJson);
  if (!isObject(json)) return json;
  return Dict.of(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
};

/** What Python calls its type. */
export const typeName = (value: Value): string => {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'str';
    default:
      return className(value);
  }
};

const className = (value: object): string => {
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof Markup) return 'Markup';
  if (value instanceof Missing) return 'Undefined';
  if (value instanceof Range) return 'range';
  if (value instanceof View) return `dict_${value.kind}`;
  if (value instanceof Func) return 'function';
  if (value instanceof Namespace) return 'Namespace';
  return value instanceof Loop ? 'LoopContext' : 'generator';
};

export const isText = (value: Value): value is string | Markup =>
  typeof value === 'string' || value instanceof Markup;

/** Python's truth of a value. */
export const isTrue = (value: Value): boolean => {
  if (typeof value !== 'object') return typeof value === 'bigint' ? value !== 0n : Boolean(value);
  if (value === null || value instanceof Missing) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Markup) return value.text !== '';
  if (value instanceof View) return value.of.size > 0;
  return value instanceof Range ? value.length > 0 : true;
};

/** What is gone through where a value is looped over, at the cost of a step for each; throws where it cannot be. */
export const itemsOf = (value: Value): readonly Value[] => {
  // What is not there yet is paid for before it is made.
  if (isText(value) || value instanceof Range || value instanceof View) spend(lengthOf(value));
  const items = listed(value);
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Lazy) spend(items.length);
  return items;
};

const listed = (value: Value): readonly Value[] => {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return Array.from(value);
  if (value instanceof Tuple) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof Markup) return Array.from(value.text);
  if (value instanceof Missing) return [];
  if (value instanceof Lazy) return value.take();
  if (value instanceof Range || value instanceof View) return value.items();
  throw new TemplateError(`'${typeName(value)}' object is not iterable`);
};

/** Its items, which have to be so many. */
export const unpacked = (value: Value, count: number): readonly Value[] => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  if (value === null || (typeof value !== 'string' && typeof value !== 'object'))
    throw new TemplateError(`cannot unpack non-iterable ${typeName(value)} object`);
  const items = itemsOf(value);
  if (items.length < count)
    throw new TemplateError(`not enough values to unpack (expected ${count}, got ${items.length})`);
  if (items.length > count)
    throw new TemplateError(`too many values to unpack (expected ${count})`);
  return items;
};

/** How many signs a text has as Python counts them. */
export const signsOf = (text: string): readonly string[] | string => {
  if (!/[\ud800-\udfff]/.test(text)) return text;
  spend(text.length / 2);
  return Array.from(text);
};

/** Throws where it has none. */
export const lengthOf = (value: Value): number => {
  if (typeof value === 'string') return signsOf(value).length;
  if (value instanceof Markup) return signsOf(value.text).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof View) return value.of.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Missing) return 0;
  throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
};
