import { imports, rooms } from './rules/imports.ts';
import { defaultExports, lists } from './rules/lists.ts';
import { environment, purity } from './rules/purity.ts';
import { size } from './rules/size.ts';
import { vendors } from './rules/vendors.ts';
import { commentedCode, foreignPaths, notes, parses } from './rules/words.ts';
import { readTree, type Rule, type Tree } from './tree.ts';

const RULES: readonly Rule[] = [
  parses,
  rooms,
  imports,
  size,
  purity,
  environment,
  vendors,
  lists,
  defaultExports,
  notes,
  commentedCode,
  foreignPaths,
];

/** Every fault in a tree as `path:line: what is wrong; what to write instead`, sorted. */
const faultsOf = (tree: Tree): string[] =>
  RULES.flatMap((rule) => [...rule(tree)])
    .map(({ path, line, message }) => `${path}:${line}: ${message}`)
    .toSorted();

export const tidy = (root: string): string[] => faultsOf(readTree(root));
