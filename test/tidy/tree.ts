import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf, type Facts } from './facts.ts';

export interface TextFile {
  /** From the root, with slashes: `src/wire/collect.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface SourceFile extends TextFile {
  readonly facts: Facts;
  /** The room under `src/`; undefined outside it. */
  readonly room: string | undefined;
  /** Tests, conformance suites and test kits: what the published package leaves out. */
  readonly isTest: boolean;
}

export interface Tree {
  readonly sources: readonly SourceFile[];
  /** Every text file that is ours, sources included. */
  readonly texts: readonly TextFile[];
}

export interface Fault {
  readonly path: string;
  readonly line: number;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

export type Rule = (tree: Tree) => Iterable<Fault>;

const NOT_OURS = new Set(['node_modules', 'dist', 'out', 'coverage', 'package-lock.json']);
const SOURCE = /\.(?:ts|tsx)$/;
const TEXT =
  /(?:\.(?:[cm]?[jt]sx?|json|jsonl|md|ya?ml|svg|txt|conf|example)|ignore|Dockerfile|LICENSE|rc|\/spillway|\.ci\/[^.]+)$/;

const list = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.has(entry.name) || entry.name === '.git') return [];
    return entry.isDirectory() ? list(root, path) : [path];
  });

const isTest = (path: string): boolean =>
  /\.(?:test|conformance)\.tsx?$|(?:^|\/)test-kit\.ts$|^test\//.test(path);

export const readTree = (root: string): Tree => {
  const texts = list(root, '')
    .filter((path) => TEXT.test(`/${path}`))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const sources = texts
    .filter(({ path }) => SOURCE.test(path))
    .map(({ path, text }) => ({
      path,
      text,
      facts: factsOf(path, text),
      room: /^src\/([^/]+)\//.exec(path)?.[1],
      isTest: isTest(path),
    }));
  return { sources, texts };
};
