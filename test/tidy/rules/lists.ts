import { posix } from 'node:path';
import { DIALECT_LIST, KINDS, type Kind } from '../house.ts';
import type { Fault, Rule, SourceFile, Tree } from '../tree.ts';

/** A folder and its list agree: a member is listed, and its name in configs is its file's name. */
export const lists: Rule = function* (tree) {
  for (const kind of KINDS) yield* kindFaults(kind, tree);
  const dialects = tree.sources.filter(({ path }) => /^src\/wire\/[^/]+\/index\.ts$/.test(path));
  yield* unlisted(dialects, { kind: 'dialect', list: DIALECT_LIST }, tree);
};

function* kindFaults(kind: Kind, tree: Tree): Iterable<Fault> {
  const members = tree.sources.filter((file) => isMember(file, kind));
  yield* unlisted(members, kind, tree);
  for (const { path, facts } of members) {
    const stem = posix.basename(path, '.ts');
    const { name = stem, line = 1 } = facts.defaultExport ?? {};
    const message = `is named '${name}'; a ${kind.kind}'s file is called as configs call it: ${name}.ts`;
    if (name !== stem) yield { path, line, message };
  }
}

function* unlisted(
  members: readonly SourceFile[],
  { kind, list }: Pick<Kind, 'kind' | 'list'>,
  tree: Tree,
): Iterable<Fault> {
  const listed = tree.sources.find(({ path }) => path === list)?.facts.imports ?? [];
  for (const { path } of members) {
    const written = path.replace(/^src\//, '#');
    const message = `${kind} is not listed in ${list}; add one line there`;
    if (!listed.some(({ from }) => from === written)) yield { path, line: 1, message };
  }
}

/** Only members of a kind have a default export: everything else is found by its name. */
export const defaultExports: Rule = function* ({ sources }) {
  for (const file of sources) {
    const found = file.facts.defaultExport;
    // Tools read their settings so.
    if (!found || /(?:^|\/)\w+\.config\.ts$/.test(file.path)) continue;
    if (KINDS.some((kind) => !kind.shape && isMember(file, kind))) continue;
    const message = 'has a default export, which only members of a kind have; export it by name';
    yield { path: file.path, line: found.line, message };
  }
};

const isMember = (file: SourceFile, { folder, list, shape }: Kind): boolean =>
  posix.dirname(file.path) === folder &&
  file.path !== list &&
  !file.isTest &&
  (shape
    ? file.facts.imports.some(({ from }) => from === shape)
    : file.facts.defaultExport !== undefined);
