import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Path } from '#core/finding.ts';

/**
 * A YAML text with other texts at some places, and everything else as it was written, to the letter.
 * What stands there by an alias, a merge key or twice is changed wherever it was written.
 */
export const withTexts = (
  source: string,
  changes: readonly (readonly [Path, string])[],
): string => {
  if (changes.length === 0) return source;
  // Types do not matter: what is not changed is not written anew.
  const document = parseDocument(source, { schema: 'failsafe', uniqueKeys: false });
  const patches = new Map<number, { readonly end: number; readonly text: string }>();
  for (const [path, text] of changes)
    for (const { range } of nodesAt(document, path))
      if (range && range[1] > range[0]) patches.set(range[0], { end: range[1], text });
  let edited = '';
  let at = 0;
  for (const [start, { end, text }] of [...patches].toSorted(([a], [b]) => a - b)) {
    if (start < at) continue;
    const isBlock = source.slice(start, end).endsWith('\n');
    edited += source.slice(at, start) + JSON.stringify(text) + (isBlock ? '\n' : '');
    at = end;
  }
  return edited + source.slice(at);
};

/** Where the value at `path` is written. */
const nodesAt = (document: Document, path: Path): Node[] => {
  const resolved = (node: unknown): Node[] => {
    const found = isAlias(node) ? node.resolve(document) : node;
    return isMap(found) || isSeq(found) || isScalar(found) ? [found] : [];
  };
  let nodes = resolved(document.contents);
  for (const step of path) nodes = nodes.flatMap((node) => below(node, step, resolved));
  return nodes;
};

const below = (node: Node, step: string | number, resolved: (node: unknown) => Node[]): Node[] => {
  if (isSeq(node)) return typeof step === 'number' ? resolved(node.items[step]) : [];
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    if (name === String(step)) return resolved(value);
    if (name !== '<<') return [];
    const merged = resolved(value).flatMap((one) =>
      isSeq(one) ? one.items.flatMap(resolved) : [one],
    );
    return merged.flatMap((one) => below(one, step, resolved));
  });
};
