import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type Finding, FindingsError, type Position } from '#core/finding.ts';
import { isObject, type Json, type JsonObject, setOwn } from '#core/json.ts';
import { resolvePlain, resolveTagged, type ScalarValue } from '#core/yaml-scalar.ts';

interface ReaderOptions {
  readonly file: string;
  readonly positionOf: (offset: number) => Position;
  /** Maps and lists within each other, aliases followed. */
  readonly deepestNesting: number;
  /** Nodes read again because an alias names them, over the whole document. */
  readonly mostAliasNodes: number;
}

/** A key and its value; `value` is null where nothing was written. */
export interface Entry {
  readonly key?: ParsedNode;
  readonly value: ParsedNode | null;
}

const CORE_TAG = 'tag:yaml.org,2002:';
const MAP_TAGS = new Set(['map', 'set']);
const SEQ_TAGS = new Set(['seq', 'omap', 'pairs']);

/** Turns composed nodes into a JSON value by PyYAML's rules, and finds nodes again by path. */
export class YamlReader {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];
  readonly #options: ReaderOptions;
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #targets = new Map<Alias, ParsedNode>();
  readonly #seen = new Set<string>();
  readonly #path: (string | number)[] = [];
  readonly #open = new Set<ParsedNode>();
  #depth = 0;
  #aliasesOpen = 0;
  #aliasNodes = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /**
   * The node's value; null where something is wrong, which `errors` then tells. Throws
   * FindingsError only when a bound is passed: nothing more can be said about such a file.
   */
  read(node: ParsedNode | null): Json {
    if (node === null) return null;
    const { deepestNesting, mostAliasNodes } = this.#options;
    if (this.#aliasesOpen > 0 && ++this.#aliasNodes > mostAliasNodes)
      this.#stop(node, `aliases repeat more than ${mostAliasNodes} values`);
    if (isAlias(node)) return this.#alias(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node);
    if (this.#depth > deepestNesting)
      this.#stop(node, `aliases nest deeper than ${deepestNesting} levels`);
    this.#depth++;
    this.#open.add(node);
    const value = isMap(node) ? this.#map(node) : this.#list(node);
    this.#open.delete(node);
    this.#depth--;
    return value;
  }

  /** The entry that `part` names in a map (through aliases and merge keys) or list. */
  entry(node: ParsedNode | null, part: string | number): Entry | undefined {
    const target = node !== null && isAlias(node) ? this.#targets.get(node) : node;
    if (isSeq(target) && typeof part === 'number' && part in target.items)
      return { value: target.items[part] ?? null };
    if (!isMap(target)) return undefined;
    const pairs = target.items;
    const own = pairs.findLast(
      ({ key }) => !isMergeKey(key) && this.#keyText(key) === String(part),
    );
    if (own) return own;
    return pairs
      .filter(({ key }) => isMergeKey(key))
      .toReversed()
      .flatMap(({ value }) => this.#mergeSources(value))
      .map((source) => this.entry(source, part))
      .find((found) => found !== undefined);
  }

  /** The scalar at `node`, typed; undefined for anything else. */
  scalarAt(node: ParsedNode | null): ScalarValue | undefined {
    const target = node !== null && isAlias(node) ? this.#targets.get(node) : node;
    return isScalar(target) ? typed(target) : undefined;
  }

  #alias(alias: Alias.Parsed): Json {
    const target = this.#anchors.get(alias.source);
    if (!target) {
      this.#error(alias, `no anchor is named "${alias.source}" before this alias`);
      return null;
    }
    if (this.#open.has(target)) {
      this.#error(alias, 'an alias cannot stand inside what it names');
      return null;
    }
    this.#targets.set(alias, target);
    this.#aliasesOpen++;
    const value = this.read(target);
    this.#aliasesOpen--;
    return value;
  }

  #scalar(node: Scalar.Parsed): Json {
    const scalar = typed(node);
    if (scalar) return scalar.value;
    this.#error(node, `the tag ${shortTag(node.tag)} does not fit this value or is not known`);
    return null;
  }

  #list(node: YAMLSeq.Parsed): Json[] {
    this.#checkTag(node, SEQ_TAGS);
    return node.items.map((item, index) => this.#at(index, () => this.read(item)));
  }

  #map(node: YAMLMap.Parsed): JsonObject {
    this.#checkTag(node, MAP_TAGS);
    const merged: JsonObject = {};
    const own: JsonObject = {};
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) this.#merge(merged, value);
      else this.#pair(own, { key, value });
    }
    for (const [key, value] of Object.entries(own)) setOwn(merged, key, value);
    return merged;
  }

  #pair(
    own: JsonObject,
    { key, value }: Pick<Pair<ParsedNode, ParsedNode | null>, 'key' | 'value'>,
  ): void {
    // An anchor on a key can be named later, so the key is read like any node.
    if (key !== null) this.read(key);
    const name = this.#keyText(key);
    if (name === undefined) {
      this.#error(key, 'a key must be plain text; quote the text if it begins with { or [');
      return;
    }
    this.#at(name, () => {
      if (Object.hasOwn(own, name)) this.#warn(key, 'this key is given twice; the last one counts');
      setOwn(own, name, this.read(value));
    });
  }

  /** Where several sources have a key the first of a list wins, and a later `<<` over an earlier. */
  #merge(into: JsonObject, value: ParsedNode | null): void {
    this.#at('<<', () => {
      const found = this.read(value);
      for (const source of Array.isArray(found) ? found.toReversed() : [found]) {
        if (isObject(source))
          for (const [key, item] of Object.entries(source)) setOwn(into, key, item);
        else this.#error(value, 'only a map or a list of maps can be merged with <<');
      }
    });
  }

  #mergeSources(value: ParsedNode | null): (ParsedNode | null)[] {
    const target = value !== null && isAlias(value) ? this.#targets.get(value) : value;
    return isSeq(target) ? [...target.items] : [target ?? null];
  }

  #keyText(key: ParsedNode | null): string | undefined {
    if (key === null) return '';
    const target = isAlias(key) ? this.#targets.get(key) : key;
    // As written: JSON keys are text, and `on: x` is meant as "on" more often than as a boolean.
    return isScalar(target) ? target.source : undefined;
  }

  #checkTag(node: YAMLMap.Parsed | YAMLSeq.Parsed, known: ReadonlySet<string>): void {
    if (node.tag !== undefined && !known.has(node.tag.slice(CORE_TAG.length)))
      this.#error(node, `the tag ${shortTag(node.tag)} does not fit this value or is not known`);
  }

  #at<T>(part: string | number, task: () => T): T {
    this.#path.push(part);
    const result = task();
    this.#path.pop();
    return result;
  }

  #error(node: ParsedNode | null, message: string): void {
    this.#note(this.errors, node, message);
  }

  #stop(node: ParsedNode, message: string): never {
    this.#error(node, message);
    throw new FindingsError(this.errors.slice(-1));
  }

  #warn(node: ParsedNode | null, message: string): void {
    this.#note(this.warnings, node, message);
  }

  /** What an alias repeats is told once. */
  #note(list: Finding[], node: ParsedNode | null, message: string): void {
    const offset = node?.range[0] ?? 0;
    if (this.#seen.has(`${offset} ${message}`)) return;
    this.#seen.add(`${offset} ${message}`);
    const { file, positionOf } = this.#options;
    list.push({ file, ...positionOf(offset), path: this.#path.join('.'), message });
  }
}

const isMergeKey = (key: ParsedNode | null): boolean =>
  isScalar(key) && key.type === 'PLAIN' && key.source === '<<' && key.tag === undefined;

const typed = (node: Scalar.Parsed): ScalarValue | undefined => {
  // `!` alone names no type: PyYAML resolves what follows as if it were not there.
  if (node.tag === undefined || node.tag === '!')
    return node.type === 'PLAIN' ? resolvePlain(node.source) : { kind: 'str', value: node.source };
  return node.tag.startsWith(CORE_TAG)
    ? resolveTagged(node.source, node.tag.slice(CORE_TAG.length))
    : undefined;
};

const shortTag = (tag: string | undefined): string =>
  (tag ?? '').replace(CORE_TAG, '!!').slice(0, 60);
