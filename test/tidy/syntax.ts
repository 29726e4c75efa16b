import { parseSync } from 'oxc-parser';

/** A syntax tree's node, read by shape: the rules need a dozen kinds of several hundred. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Comment {
  readonly type: 'Line' | 'Block';
  readonly value: string;
  readonly start: number;
}

export interface Syntax {
  readonly program: Node;
  readonly comments: readonly Comment[];
  /** The parser's first complaint, if it has one. */
  readonly error: string | undefined;
}

export const parse = (path: string, text: string): Syntax => {
  const { program, comments, errors } = parseSync(path, text);
  return { program: program as unknown as Node, comments, error: errors[0]?.message };
};

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** A node's fields that hold nodes, flattened: `[field, child]`. */
export function* children(node: Node): Generator<[field: string, child: Node]> {
  for (const field in node) {
    const value = node[field];
    if (isNode(value)) yield [field, value];
    else if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield [field, item];
    }
  }
}

/** The names that a pattern binds: `a`, `{ b, c: [d] }`, `e = 1`, `...f`. */
export const boundNames = (pattern: unknown): string[] => {
  if (!isNode(pattern)) return [];
  if (pattern.type === 'Identifier') return [pattern['name'] as string];
  if (pattern.type === 'Property') return boundNames(pattern['value']);
  if (pattern.type === 'AssignmentPattern') return boundNames(pattern['left']);
  if (pattern.type === 'RestElement') return boundNames(pattern['argument']);
  if (pattern.type === 'TSParameterProperty') return boundNames(pattern['parameter']);
  return [...children(pattern)]
    .filter(([field]) => field === 'properties' || field === 'elements')
    .flatMap(([, child]) => boundNames(child));
};

/** Offsets → lines that count from 1. */
export const lineFinder = (text: string): ((offset: number) => number) => {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
};
