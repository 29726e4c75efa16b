import { posix } from 'node:path';
import { PACKAGES, ROOMS } from '../house.ts';
import type { Import } from '../facts.ts';
import type { Fault, Rule, SourceFile } from '../tree.ts';

/** Every file of `src/` lives in a room that the table knows. */
export const rooms: Rule = function* ({ sources }) {
  for (const { path, room } of sources) {
    if (!path.startsWith('src/') || (room && Object.hasOwn(ROOMS, room))) continue;
    yield { path, line: 1, message: `no such room; add it to ROOMS with what it may import` };
  }
};

/** Who may import whom, and by which path. */
export const imports: Rule = function* ({ sources }) {
  for (const file of sources) {
    if (file.path.startsWith('console/')) yield* pageFaults(file);
    if (!file.path.startsWith('src/')) continue;
    for (const each of file.facts.imports) {
      const message =
        each.from.startsWith('#') || each.from.startsWith('.')
          ? ownImportFault(file, each)
          : packageFault(file, each);
      if (message) yield { path: file.path, line: each.line, message } satisfies Fault;
    }
  }
};

/** The page runs elsewhere: of the program it may know types, and nothing else. */
function* pageFaults({ path, facts }: SourceFile): Iterable<Fault> {
  for (const { from, line, typeOnly } of facts.imports) {
    const target = posix.join(posix.dirname(path), from);
    if (from.startsWith('#') && !typeOnly)
      yield {
        path,
        line,
        message: `console may take only types of '${from}'; write 'import type'`,
      };
    if (from.startsWith('.') && !target.startsWith('console/'))
      yield {
        path,
        line,
        message: `'${from}' is outside the console; import types as '#room/file.ts'`,
      };
    if (from.startsWith('node:') && !path.endsWith('vite.config.ts'))
      yield { path, line, message: `${from} is not in a browser; ask the server for it` };
  }
}

const ownImportFault = (file: SourceFile, { from, typeOnly }: Import): string | undefined => {
  const target = from.startsWith('#')
    ? from.slice(1)
    : posix.join(posix.dirname(file.path), from).replace(/^src\//, '');
  if (from.startsWith('.')) return `'${from}' is relative; write '#${target}'`;
  if (file.isTest) return undefined;
  if (/\.(?:test|conformance)\.ts$|(?:^|\/)test-kit\.ts$/.test(target))
    return `the product must not import ${target}, which is not shipped; move what it needs out of it`;
  return directionFault(file.room ?? '', target.split('/')[0] ?? '', typeOnly);
};

const directionFault = (room: string, to: string, typeOnly: boolean): string | undefined => {
  const allowed = ROOMS[room];
  if (!allowed || to === room || to === 'core' || allowed.includes('*') || allowed.includes(to))
    return undefined;
  if (!allowed.includes(`type:${to}`) && !allowed.includes('type:*'))
    return `${room} must not import ${to}; declare the small interface you need, main passes it in`;
  return typeOnly ? undefined : `${room} may take only types of ${to}; write 'import type'`;
};

const packageFault = (file: SourceFile, { from }: Import): string | undefined => {
  const name = from.startsWith('@') ? from : (from.split('/')[0] ?? from);
  const homes = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
  if (!homes || file.isTest || homes.some((home) => file.path.startsWith(home))) return undefined;
  return `${name} lives in ${homes.join(' and ')}; take what you need from there`;
};
