import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '#cli/commands.ts';
import { addServeOptions } from '#cli/serve.ts';
import { ERROR_STATUS } from '#core/errors.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const { version, scripts } = JSON.parse(read('package.json')) as {
  version: string;
  scripts: Record<string, string>;
};

/** The blocks of shell code of a page, a command a line. */
const shellBlocks = (page: string): string[][] =>
  [...read(page).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) =>
    block
      .replaceAll('\\\n', ' ')
      .trim()
      .split('\n')
      .flatMap((line) => line.split(' && ')),
  );

/** The program as `spillway --help` knows it; nothing is run. */
const program = new Command();
for (const each of commands) each.register(program.command(each.name));
addServeOptions(program);

/** What is wrong with a call of ours: an unknown command, flag or file; undefined when nothing is. */
const callFault = (words: readonly string[]): string | undefined => {
  const called = program.commands.find((each) => each.name() === words[0]) ?? program;
  const known = called.options.flatMap(({ long, short }) => [long, short]);
  for (const word of words) {
    const flag = /^--?[a-z]\w*/.exec(word)?.[0];
    if (flag && !known.includes(flag)) return `${called.name()} has no ${flag}`;
    if (/^(?:examples|deploy)\//.test(word) && !existsSync(join(ROOT, word)))
      return `there is no ${word}`;
  }
  const isCommand = called !== program || words[0]?.startsWith('-');
  return isCommand ? undefined : `there is no command ${words[0]}`;
};

const FILES_MADE_BY_READERS = ['deploy/litellm_config.yaml', 'deploy/.env'];

const lineFault = (line: string): string | undefined => {
  const words = line.trim().split(/\s+/);
  const [first = '', second = '', third = ''] = words;
  if (['curl', 'export'].includes(first)) return undefined;
  if (line === 'npm ci') return undefined;
  if (first === 'npm') {
    const script = second === 'run' ? third : second;
    if (!Object.hasOwn(scripts, script)) return `package.json has no script '${script}'`;
    const separator = words.indexOf('--');
    if (script !== 'start' || separator < 0) return undefined;
    return callFault(words.slice(separator + 1));
  }
  if (first === 'bin/spillway')
    return callFault(words.slice(1).filter((word) => !FILES_MADE_BY_READERS.includes(word)));
  if (first === 'cp' || first === 'docker') {
    const file = first === 'cp' ? second : words[words.indexOf('-f') + 1];
    return existsSync(join(ROOT, file ?? '')) ? undefined : `there is no ${file}`;
  }
  if (first === '.ci/run') return undefined;
  return `nobody knows '${first}'`;
};

describe.each(pages)('%s', (page) => {
  test('its links lead to files', () => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to);
    const local = links.filter((to) => !/^https?:/.test(to));
    expect(local.filter((to) => !existsSync(join(ROOT, dirname(page), to)))).toEqual([]);
  });

  test('its commands exist, with these flags and files', () => {
    const faults = shellBlocks(page)
      .flat()
      .map((line) => [line, lineFault(line)])
      .filter(([, fault]) => fault !== undefined);
    expect(faults).toEqual([]);
  });
});

test.each([
  ['README.md', 'README.ja.md'],
  ['docs/start.md', 'docs/start.ja.md'],
])('%s and %s say the same commands', (english, japanese) => {
  expect(shellBlocks(japanese)).toEqual(shellBlocks(english));
});

test.each(['README.md', 'README.ja.md'])('%s is two commands and three links', (page) => {
  expect(shellBlocks(page)).toHaveLength(2);
  expect(read(page).match(/^- \[/gm)).toHaveLength(3);
});

test('the changelog has this version', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## ${version}\n`);
});

test.each(['docs/start.md', 'docs/start.ja.md'])('%s lists every command', (page) => {
  const listed = [...read(page).matchAll(/^\| `spillway (\w+)/gm)].map(([, name]) => name);
  expect(listed).toEqual(commands.map(({ name }) => name));
});

test('the error reference has every code with its status, and no other', () => {
  const rows = [...read('docs/reference/errors.md').matchAll(/^\| `(\w+)` \| (\d+) \| \S/gm)];
  const written = Object.fromEntries(rows.map(([, code = '', status]) => [code, Number(status)]));
  expect(written).toEqual(ERROR_STATUS);
  expect(rows).toHaveLength(Object.keys(ERROR_STATUS).length);
});

test('the code map has every room, and no other', () => {
  const rooms = readdirSync(join(ROOT, 'src')).toSorted();
  const mapped = [...read('ARCHITECTURE.md').matchAll(/^\| `src\/([\w-]+)\/` \|/gm)];
  expect(mapped.map(([, room = '']) => room).toSorted()).toEqual(rooms);
});
