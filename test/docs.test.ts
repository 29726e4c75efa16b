import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '#cli/commands.ts';
import { addServeOptions } from '#cli/serve.ts';
import { spillwaySchema } from '#config/spillway-settings.ts';
import { ERROR_STATUS } from '#core/errors.ts';
import { readSimulatorConfig } from '#simulator/config.ts';
import { FAULTS } from '#simulator/faults/index.ts';
import { profileNames } from '#simulator/profiles/index.ts';
import { knownKeys } from '#core/schema-keys.ts';
import { environmentOf } from '#server/env.ts';
import { loadConfigText } from '#server/load-config.ts';
import { providersPage } from '../scripts/providers-page.ts';
import { faultRows, faultsPage } from './faults/page.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const { version, scripts, dependencies } = JSON.parse(read('package.json')) as {
  version: string;
  dependencies: Record<string, string>;
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

const yamlBlocks = (page: string): string[] =>
  [...read(page).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block);

/** What a page's piece of a config may speak of. */
const SOME_MODELS = `model_list:
  - model_name: gpt-4.1
    litellm_params: {model: openai/gpt-4.1, api_key: sk-1, quota_pool: [acme, acme-batch]}
  - model_name: backup
    litellm_params: {model: openai/gpt-4.1-mini, api_key: sk-1}
`;
const SOME_KEYS = {
  OPENAI_API_KEY_PJ1: 'sk-1',
  OPENAI_API_KEY_PJ2: 'sk-2',
  AZURE_TENANT_ID: 'tenant',
  AZURE_CLIENT_ID: 'client',
  AZURE_CLIENT_SECRET: 'secret',
  MY_CHATFLOW_KEY: 'app-0123456789abcdef0123',
  PETS_TOKEN: 'Bearer 1',
};

/** The program as `spillway --help` knows it; nothing is run. */
const program = new Command();
for (const each of commands) each.register(program.command(each.name));
addServeOptions(program);

/** What is wrong with a call of ours: an unknown command, flag or file; undefined when nothing is. */
const callFault = (words: readonly string[]): string | undefined => {
  const called = program.commands.find((each) => each.name() === words[0]) ?? program;
  const known = called.options.flatMap(({ long, short }) => [long, short]);
  for (const word of words) {
    const flag = /^--?[a-z][\w-]*/.exec(word)?.[0];
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

  test('its configs load without a warning', () => {
    for (const block of yamlBlocks(page)) {
      if (block.startsWith('projects:')) {
        expect(readSimulatorConfig(block, page).projects).not.toEqual([]);
        continue;
      }
      const text = block.includes('model_list:') ? block : `${SOME_MODELS}${block}`;
      const config = loadConfigText(text, { file: page, environment: environmentOf(SOME_KEYS) });
      expect([...config.warnings, ...config.unusable]).toEqual([]);
    }
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

test('the number of direct dependencies is true', () => {
  const words = [
    'no',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
    'thirteen',
    'fourteen',
    'fifteen',
    'sixteen',
    'seventeen',
    'eighteen',
  ];
  const count = words[Object.keys(dependencies).length];
  expect(read('SECURITY.md')).toContain(`the published package has ${count} direct dependencies`);
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

/** Every setting of our own section, as `a.b`, under a name of one's own as `a.NAME.b`. */
const ownSettings = (path: readonly string[] = []): string[] => {
  const schema = spillwaySchema(new Set());
  const named = [...path, 'NAME'];
  const keys = knownKeys(schema, path);
  if (keys.length > 0) return keys.flatMap((key) => ownSettings([...path, key]));
  return knownKeys(schema, named).length > 0 ? ownSettings(named) : [path.join('.')];
};

test('the config reference has every setting of our own, and no other', () => {
  const written = [...read('docs/reference/config.md').matchAll(/^\| `([\w.]+)` \|/gm)];
  expect(new Set(written.map(([, key]) => key))).toEqual(new Set(ownSettings()));
});

test('every header of the reference is one that the gateway reads or writes', () => {
  const rows = [...read('docs/reference/headers.md').matchAll(/^\| `(x-[\w-]+)` \|/gm)];
  const code = readdirSync(join(ROOT, 'src/gateway'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .map((file) => read(join('src/gateway', file)))
    .join('\n');
  expect(rows.length).toBeGreaterThan(20);
  // By itself, or as the begin of a line.
  const known = new Set([...code.matchAll(/['`](x-[\w-]+)(?:['`]|: )/g)].map(([, name]) => name));
  for (const [, header] of rows) expect(known).toContain(header);
});

test('the reference of providers is what `npm run providers` writes', () => {
  expect(read('docs/reference/providers.md')).toBe(providersPage());
});

describe('the reference of faults', () => {
  test('has 80 rows, each with a state', () => {
    expect(faultRows.map(({ number }) => number)).toEqual(
      Array.from({ length: 80 }, (_, i) => i + 1),
    );
    const open = faultRows.filter(({ held, notYet, later }) => !held.length && !notYet && !later);
    expect(open).toEqual([]);
  });

  test('is what `npm run faults` writes', () => {
    expect(read('docs/reference/faults.md')).toBe(faultsPage());
  });

  test('has a test of its own for what vendors, clients and the process itself may do', () => {
    const kept = faultRows.filter(({ side, later }) => side !== 'attacker' && !later);
    const elsewhere = new Set([65, 66, 67, 72, 77]);
    const lacking = kept.filter(({ number, held }) => {
      const own = new RegExp(`^(?:\\d+ )*${number} `);
      return !held.some(([file, name]) => file.startsWith('test/faults/') && own.test(name));
    });
    expect(lacking.filter(({ number }) => !elsewhere.has(number))).toEqual([]);
  });

  test('names tests that there are', () => {
    const named = faultRows.flatMap(({ held }) => held);
    const missing = named.filter(([file, name]) => !read(file).includes(name));
    expect(missing).toEqual([]);
  });
});

test('the guide to the simulator has every vendor and every fault, and no other', () => {
  const [, vendors = '', faults = ''] =
    /\| profile \|(.*?)\n\n.*\| kind \|(.*?)\n\n/s.exec(read('docs/guides/simulator.md')) ?? [];
  const names = (table: string): string[] =>
    [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
  expect(names(vendors)).toEqual(profileNames);
  expect(names(faults)).toEqual(FAULTS.map(({ name }) => name));
});
