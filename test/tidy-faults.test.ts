import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { tidy } from './tidy/tidy.ts';

/** In two pieces: whoever searches this project for notes to self finds none here. */
const NOTE = ['TO', 'DO'].join('');

/** A small tree that keeps every rule, close to the edge where a careless rule would cry wolf. */
const CLEAN: Readonly<Record<string, string>> = {
  'src/core/errors.ts': 'export const CODES = { timeout: 408 };\n',
  'src/core/schema.ts': "export { z } from 'zod';\n",
  'src/wire/dialects.ts':
    "import { openaiChat } from '#wire/openai-chat/index.ts';\nexport const DIALECTS = { 'openai-chat': openaiChat };\n",
  'src/wire/openai-chat/index.ts':
    "export const openaiChat = { name: 'openai-chat', owner: 'openai' };\n",
  'src/wire/digest.ts':
    "import { createHash } from 'node:crypto';\nexport const digest = (text: string): string => createHash('sha256').update(text).digest('hex');\n",
  'src/wire/dates.ts':
    'export const year = (at: number): number => new Date(at).getUTCFullYear();\nexport const run = (process: { env: string; fetch: string }): string => process.env + process.fetch;\nexport const keys = { fetch: 1, console: 2 };\n',
  'src/providers/index.ts':
    "import acme from '#providers/acme.ts';\nexport const PROVIDERS = [acme];\n",
  'src/providers/acme.ts':
    "const acme = { name: 'acme', model: 'claude' };\nexport default acme;\n",
  'src/balancer/policies/index.ts':
    "import calm from '#balancer/policies/calm.ts';\nexport const POLICIES = [calm];\n",
  'src/balancer/policies/calm.ts': "export default { name: 'calm' } satisfies { name: string };\n",
  'src/balancer/policies/pick.ts':
    'export const pick = (random: () => number, from: string[], count: number, { seed = 0 } = {}): number => random() + from.length + count + seed;\n',
  'src/flow/nodes/index.ts': "import llm from '#flow/nodes/llm.ts';\nexport const NODES = [llm];\n",
  'src/flow/nodes/llm.ts':
    "import type { Chat } from '#wire/chat.ts';\nimport { type Chat as Again } from '#wire/chat.ts';\nconst define = (node: { type: string; run(chat: Chat | Again): void }) => node;\nexport default define({ type: 'llm', run() {} });\n",
  'src/wire/chat.ts': 'export interface Chat {\n  readonly text: string;\n}\n',
  'src/upstream/call.ts':
    "import { request } from 'undici';\nimport { PROVIDERS } from '#providers/index.ts';\nexport const call = () => [request, PROVIDERS];\n",
  'src/gateway/chat.ts':
    "// Speaks OpenAI's words; Anthropic's come through their own dialect.\nimport { openaiChat } from '#wire/openai-chat/index.ts';\nexport const help = 'Set OPENAI_API_KEY, as OpenAI calls it.';\nexport const variables = ['OPENAI_API_KEY', { OPENAI_BASE_URL: 1 }];\nexport const dialect = [openaiChat, 'openai-chat'];\n",
  'src/server/env.ts': 'export const port = process.env.PORT ?? Date.now();\n',
  'src/server/main.ts':
    "import { port } from '#server/env.ts';\nimport { help } from '#gateway/chat.ts';\nexport const main = () => setTimeout(() => [help, port], 5);\n",
  'src/cli/command.ts': 'export type CliCommand = number;\n',
  'src/cli/commands.ts':
    "import type { CliCommand } from '#cli/command.ts';\nimport { serve } from '#cli/serve.ts';\nexport const commands: CliCommand[] = [serve];\n",
  'src/cli/serve.ts':
    "import type { CliCommand } from '#cli/command.ts';\nexport const serve: CliCommand = 1;\n",
  'src/gateway/chat.test.ts':
    "import { main } from '#server/main.ts';\nmain();\nDate.now();\nexport const place = '../shared/fixtures';\n",
  'README.md': '# A tree\n',
};

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

/** One seeded fault each: its name, the files that carry it, and how its report begins. */
const FAULTS: readonly [name: string, files: Record<string, string>, report: string][] = [
  [
    'a file that does not parse',
    { 'src/core/a.ts': 'const = 1;\n' },
    'src/core/a.ts:1: does not parse',
  ],
  [
    'an unknown room',
    { 'src/attic/a.ts': 'export const a = 1;\n' },
    'src/attic/a.ts:1: no such room',
  ],
  ['a file outside the rooms', { 'src/a.ts': 'export const a = 1;\n' }, 'src/a.ts:1: no such room'],
  [
    'an import against the direction',
    { 'src/wire/a.ts': "export { PROVIDERS } from '#providers/index.ts';\n" },
    'src/wire/a.ts:1: wire must not import providers',
  ],
  [
    'a type import against the direction',
    { 'src/wire/a.ts': "export type { P } from '#providers/index.ts';\n" },
    'src/wire/a.ts:1: wire must not import providers',
  ],
  [
    'a dynamic import against the direction',
    { 'src/wire/a.ts': "\nexport const a = () => import('#store/store.ts');\n" },
    'src/wire/a.ts:2: wire must not import store',
  ],
  [
    'an inline type import against the direction',
    { 'src/wire/a.ts': "export type A = import('#store/store.ts').Store;\n" },
    'src/wire/a.ts:1: wire must not import store',
  ],
  [
    'the simulator leaning on what it tests',
    { 'src/simulator/a.ts': "import '#balancer/policies/pick.ts';\n" },
    'src/simulator/a.ts:1: simulator must not import balancer',
  ],
  [
    'a value where only types are allowed',
    { 'src/flow/a.ts': "export { digest } from '#wire/digest.ts';\n" },
    "src/flow/a.ts:1: flow may take only types of wire; write 'import type'",
  ],
  [
    'a relative import across rooms',
    { 'src/gateway/a.ts': "export { digest } from '../wire/digest.ts';\n" },
    "src/gateway/a.ts:1: '../wire/digest.ts' is relative; write '#wire/digest.ts'",
  ],
  [
    'a relative import within a room',
    { 'src/wire/a.ts': "export { digest } from './digest.ts';\n" },
    "src/wire/a.ts:1: './digest.ts' is relative; write '#wire/digest.ts'",
  ],
  [
    'the product importing a test kit',
    { 'src/server/a.ts': "import '#gateway/test-kit.ts';\n" },
    'src/server/a.ts:1: the product must not import gateway/test-kit.ts',
  ],
  [
    'a library away from its home',
    { 'src/gateway/a.ts': "export { z } from 'zod';\n" },
    'src/gateway/a.ts:1: zod lives in src/core/schema.ts',
  ],
  [
    'a long file',
    { 'src/core/a.test.ts': lines(401, 'void 0;') },
    'src/core/a.test.ts:401: 401 lines, the limit is 400',
  ],
  [
    'a long function',
    { 'src/core/a.ts': `export const long = () => {\n${lines(69, '  void 0;')}};\n` },
    'src/core/a.ts:1: long has 71 lines, the limit is 70',
  ],
  [
    'many parameters',
    {
      'src/core/a.ts':
        'export function many(a: 1, b: 2, c: 3, d: 4) {\n  return [a, b, c, d];\n}\n',
    },
    'src/core/a.ts:1: many takes 4 parameters',
  ],
  [
    'many parameters of a constructor',
    {
      'src/core/a.ts':
        'export class A {\n  constructor(a: 1, b: 2, c: 3, d: 4) {\n    void [a, b, c, d];\n  }\n}\n',
    },
    'src/core/a.ts:2: constructor takes 4 parameters',
  ],
  ...[
    ['Date.now()', 'Date.now', "take 'now'"],
    ['new Date()', 'new Date()', "take 'now'"],
    ['performance.now()', 'performance.now', "take 'now'"],
    ['Math.random()', 'Math.random', "take 'random'"],
    ['crypto.randomUUID()', 'crypto.randomUUID', "take 'random'"],
    ['globalThis.fetch', 'fetch', 'only upstream/ and net/'],
    ['setTimeout(() => {}, 5)', 'setTimeout', 'take a Clock'],
    ['setInterval(() => {}, 5)', 'setInterval', 'take a Clock'],
    ['setImmediate(() => {})', 'setImmediate', 'return to the caller'],
    ['process.pid', 'process', 'take the value as an argument'],
    ['console.log(1)', 'console', 'take a Log'],
  ].map(([code = '', name = '', advice = '']): (typeof FAULTS)[number] => [
    `${name} in a pure room`,
    { 'src/ledger/a.ts': `export const a = () => ${code};\n` },
    `src/ledger/a.ts:1: ${name} in ledger/; ${advice}`,
  ]),
  [
    'a clock in a room that is given one',
    { 'src/gateway/a.ts': 'export const a = () => Date.now();\n' },
    "src/gateway/a.ts:1: Date.now in gateway/; take 'now'",
  ],
  [
    "a socket of Node's in a pure room",
    { 'src/wire/a.ts': "export { connect } from 'node:net';\n" },
    'src/wire/a.ts:1: node:net in a pure room',
  ],
  [
    'chance from a module that is otherwise allowed',
    {
      'src/wire/a.ts':
        "import { createHash, randomBytes } from 'node:crypto';\nexport const a = [createHash, randomBytes];\n",
    },
    'src/wire/a.ts:1: node:crypto in a pure room; take only createHash',
  ],
  [
    'the environment, read elsewhere',
    { 'src/config/a.ts': 'export const home = () => process.env.HOME;\n' },
    'src/config/a.ts:1: only src/server/env.ts reads the environment',
  ],
  [
    'the environment, imported elsewhere',
    {
      'src/config/a.ts':
        "import { env } from 'node:process';\nexport const home = () => env.HOME;\n",
    },
    'src/config/a.ts:1: only src/server/env.ts reads the environment',
  ],
  [
    "a vendor's name in an identifier",
    { 'src/gateway/a.ts': "export const isAzure = (name: string) => name === 'x';\n" },
    "src/gateway/a.ts:1: names a vendor ('isAzure')",
  ],
  [
    "a vendor's name compared",
    { 'src/gateway/a.ts': "export const quirk = (name: string) => name === 'openai';\n" },
    "src/gateway/a.ts:1: names a vendor ('openai')",
  ],
  [
    'a provider that is not listed',
    { 'src/providers/globex.ts': "export default { name: 'globex' };\n" },
    'src/providers/globex.ts:1: provider is not listed in src/providers/index.ts',
  ],
  [
    'a provider called unlike its file',
    { 'src/providers/acme.ts': "const acme = { name: 'acme-2' };\nexport default acme;\n" },
    "src/providers/acme.ts:2: is named 'acme-2'",
  ],
  [
    'a policy defined under another name than its file',
    { 'src/balancer/policies/calm.ts': "export default define('wild', () => 0);\n" },
    "src/balancer/policies/calm.ts:1: is named 'wild'",
  ],
  [
    'a policy that is not listed',
    { 'src/balancer/policies/wild.ts': "export default { name: 'wild' };\n" },
    'src/balancer/policies/wild.ts:1: policy is not listed',
  ],
  [
    'a node type called unlike its file',
    { 'src/flow/nodes/llm.ts': "export default { type: 'model' };\n" },
    "src/flow/nodes/llm.ts:1: is named 'model'",
  ],
  [
    'a command that is not listed',
    {
      'src/cli/sing.ts':
        "import type { CliCommand } from '#cli/command.ts';\nexport const sing: CliCommand = 1;\n",
    },
    'src/cli/sing.ts:1: command is not listed in src/cli/commands.ts',
  ],
  [
    'a dialect that is not listed',
    { 'src/wire/gemini/index.ts': "export const gemini = { name: 'gemini' };\n" },
    'src/wire/gemini/index.ts:1: dialect is not listed in src/wire/dialects.ts',
  ],
  [
    'a default export of no kind',
    { 'src/core/a.ts': 'export default 1;\n' },
    'src/core/a.ts:1: has a default export',
  ],
  [
    'a note to self',
    { 'src/core/a.ts': `// ${NOTE}: later\nexport const a = 1;\n` },
    `src/core/a.ts:1: ${NOTE}`,
  ],
  [
    'code in a comment',
    { 'src/core/a.ts': '// const b = 2;\nexport const a = 1;\n' },
    "src/core/a.ts:1: code in a comment ('const b = 2;')",
  ],
  [
    "a place of one person's machine",
    { 'docs/a.md': 'Look under\n/Users/somebody.\n' },
    "docs/a.md:2: names '/Users/'",
  ],
  [
    'a place beside the checkout',
    { 'src/core/a.ts': "export const a = '../shared/x';\n" },
    "src/core/a.ts:1: names '../shared'",
  ],
];

const report = (files: Readonly<Record<string, string>>): string[] => {
  const root = mkdtempSync(join(tmpdir(), 'spillway-tidy-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return tidy(root);
  } finally {
    rmSync(root, { recursive: true });
  }
};

test('a tree that keeps the rules has no fault', () => {
  expect(report(CLEAN)).toEqual([]);
});

test.each(FAULTS)('%s is reported, and nothing else', (_name, files, expected) => {
  const found = report({ ...CLEAN, ...files });
  expect(found).toHaveLength(1);
  expect(found[0]?.slice(0, expected.length)).toBe(expected);
});
