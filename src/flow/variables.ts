import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, own } from '#core/json.ts';
import { FILE_KEYS, isFile } from '#flow/file.ts';
import type { FlowLimits } from '#flow/limits.ts';

/** Where a value comes from: `['llm', 'text']`, `['sys', 'query']`, `['conversation', 'profile', 'name']`. */
export type Selector = readonly [scope: string, name: string, ...path: string[]];

export type ReadVariable = (selector: Selector) => Json | undefined;

/** The scopes that are no node's id. */
export const RESERVED_SCOPES: ReadonlySet<string> = new Set(['sys', 'env', 'conversation', 'rag']);

/** Dotted parts as a selector; undefined when there are fewer than two. */
export const toSelector = (parts: readonly string[]): Selector | undefined => {
  const [scope, name, ...path] = parts;
  return scope === undefined || name === undefined ? undefined : [scope, name, ...path];
};

/** What every fork of a pool reads and writes together, whoever wrote it: a conversation's memory. */
const COMMON_SCOPE = 'conversation';

/** The selector that a list of parts is, as a list: empty when it is none. */
export const selectorsAt = (parts: readonly string[] | null | undefined): readonly Selector[] => {
  const selector = toSelector(parts ?? []);
  return selector ? [selector] : [];
};

/** All values of one run: scope → name → value. The engine is the only writer. */
export class VariablePool {
  readonly #scopes = new Map<string, Map<string, Json>>();
  readonly #common = new Set([COMMON_SCOPE]);
  readonly #limits: FlowLimits;
  #chars = 0;

  constructor(limits: FlowLimits) {
    this.#limits = limits;
  }

  /** Throws SpillwayError `too_large` when the values, or all of the run's together, pass a limit. */
  write(scope: string, values: Readonly<Record<string, Json>>): void {
    const { nodeChars, runChars } = this.#limits;
    const names = this.#scopes.get(scope) ?? new Map<string, Json>();
    const entries = Object.entries(values);
    const before = entries.reduce((sum, [name]) => sum + charsOf(names.get(name)), 0);
    const after = entries.reduce((sum, [, value]) => sum + charsOf(value), 0);
    if (after > nodeChars) throw tooLarge('The values of one node', nodeChars);
    if (this.#chars + after - before > runChars) throw tooLarge('The values of one run', runChars);
    this.#chars += after - before;
    for (const [name, value] of entries) names.set(name, value);
    this.#scopes.set(scope, names);
  }

  /** Undefined when there is no such value. Objects are entered by key, lists are not. */
  read(selector: Selector): Json | undefined {
    const [scope, name, ...path] = selector;
    let value = this.#scopes.get(scope)?.get(name);
    for (const key of path) {
      if (!isObject(value)) return undefined;
      value = own(value, isFile(value) ? (FILE_KEYS[key] ?? key) : key);
    }
    return value;
  }

  /** All of one scope: a loop's variables, say. */
  all(scope: string): Readonly<Record<string, Json>> {
    return Object.fromEntries(this.#scopes.get(scope) ?? []);
  }

  /** A pool with the same values that goes its own way from here, but for what is common. */
  fork(): VariablePool {
    const copy = new VariablePool(this.#limits);
    if (!this.#scopes.has(COMMON_SCOPE)) this.#scopes.set(COMMON_SCOPE, new Map());
    for (const scope of this.#common) copy.#common.add(scope);
    for (const [scope, names] of this.#scopes)
      copy.#scopes.set(scope, this.#common.has(scope) ? names : new Map(names));
    copy.#chars = this.#chars;
    return copy;
  }

  /** Begins a scope that forks of this pool share, and this pool's parents do not. */
  begin(scope: string, values: Readonly<Record<string, Json>>): void {
    this.#scopes.set(scope, new Map());
    this.#common.add(scope);
    this.write(scope, values);
  }
}

const tooLarge = (what: string, limitChars: number): SpillwayError =>
  new SpillwayError('too_large', `${what} may hold ${limitChars} characters at most.`);

/** Texts and keys by length, anything else as the few characters it prints as. */
const charsOf = (value: Json | undefined): number => {
  if (value === undefined) return 0;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + charsOf(item), 8);
  let sum = 8;
  for (const [key, item] of Object.entries(value)) sum += key.length + charsOf(item);
  return sum;
};
