import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Bounds the memory of what lives shortly. */
const YOUNG_SPACE = '--max-semi-space-size=16';

/** Does what its first argument says, and says what it runs as. */
const MAIN = `
import { answer } from '#core/answer.ts';
const [command] = process.argv.slice(2);
const { pid, version, execArgv } = process;
if (command === 'exit-7') process.exitCode = 7;
if (command === 'stop-on-term') process.on('SIGTERM', () => process.exit(3));
if (command === 'stop-on-term' || command === 'hang') setInterval(() => {}, 1000);
const { MALLOC_ARENA_MAX: heaps } = process.env;
console.log(JSON.stringify({ pid, version, execArgv, answer, heaps, args: process.argv.slice(2) }));
`;

const findOldNode = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((node) => existsSync(node) && majorOf(node) < 24);

const majorOf = (node: string): number =>
  Number.parseInt(execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1), 10);

/** The Node that npm put into this checkout, as a package's folder. */
const findNodePackage = (): string | undefined => {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
};

const oldNode = findOldNode();
const nodePackage = findNodePackage();
let base: string;

/** A folder with our launcher in it: `kind` says which entry it has. */
const makeTree = (kind: 'checkout' | 'package', { engines = '>=24.15.0', node = false } = {}) => {
  const root = mkdtempSync(join(base, `${kind}-`));
  const [folder, end] = kind === 'checkout' ? ['src', 'ts'] : ['dist', 'js'];
  for (const room of ['cli', 'core']) mkdirSync(join(root, folder, room), { recursive: true });
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, folder, `cli/main.${end}`), MAIN);
  const type = kind === 'checkout' ? ': number' : '';
  writeFileSync(join(root, folder, `core/answer.${end}`), `export const answer${type} = 42;\n`);
  const imports = { '#*.ts': { source: './src/*.ts', default: './dist/*.js' } };
  const manifest = { type: 'module', imports, engines: { node: engines } };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  if (node && nodePackage) {
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(nodePackage, join(root, `node_modules/node-${process.platform}-${process.arch}`));
  }
  return root;
};

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; out: string; err: string }>;
}

const run = (
  root: string,
  args: readonly string[],
  {
    node = process.execPath,
    ...more
  }: {
    readonly node?: string;
    readonly MALLOC_ARENA_MAX?: string;
    readonly NODE_OPTIONS?: string;
  } = {},
): Run => {
  const child = spawn(node, [join(root, 'bin/spillway'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', MALLOC_ARENA_MAX: undefined, ...more },
  });
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
    ([{ code, signal }, out, err]) => ({ code, signal, out, err }),
  );
  return { child, ended };
};

/** Resolves when the program has spoken, which is when it can be sent a signal. */
const spoken = ({ child }: Run): Promise<void> =>
  new Promise((resolve) => {
    child.stdout?.once('data', () => resolve());
  });

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'spillway-launcher-'));
});
afterAll(() => rmSync(base, { recursive: true }));

describe('under a Node that suffices', () => {
  test('a checkout runs its sources, in the process that was started', async () => {
    const { child, ended } = run(makeTree('checkout'), ['serve', '--port', '0']);
    const { code, out } = await ended;
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: 0,
      pid: child.pid,
      answer: 42,
      args: ['serve', '--port', '0'],
      execArgv: ['--conditions=source', YOUNG_SPACE],
      heaps: '2',
    });
  });

  test('how many heaps there are is said by whoever starts it, where they say it', async () => {
    const { ended } = run(makeTree('checkout'), [], { MALLOC_ARENA_MAX: '4' });
    expect(JSON.parse((await ended).out)).toMatchObject({ answer: 42, heaps: '4' });
  });

  test('a package runs its build, in the process that was started', async () => {
    const { child, ended } = run(makeTree('package'), []);
    expect(JSON.parse((await ended).out)).toMatchObject({
      pid: child.pid,
      answer: 42,
      execArgv: [YOUNG_SPACE],
      heaps: '2',
    });
  });

  test.each(['checkout', 'package'] as const)(
    'how much room young objects have is said by whoever starts a %s, where they say it',
    async (kind) => {
      const { ended } = run(makeTree(kind), [], { NODE_OPTIONS: '--max-semi-space-size=4' });
      const { execArgv } = JSON.parse((await ended).out) as { execArgv: readonly string[] };
      expect(execArgv).toEqual(kind === 'checkout' ? ['--conditions=source'] : []);
    },
  );

  test('the exit code is the program’s', async () => {
    expect((await run(makeTree('checkout'), ['exit-7']).ended).code).toBe(7);
  });

  test('compiled code is kept inside the checkout', async () => {
    const root = makeTree('checkout');
    await run(root, []).ended;
    expect(existsSync(join(root, 'node_modules/.cache/spillway'))).toBe(true);
  });
});

describe('under a Node that does not suffice', () => {
  test('a checkout without another Node says what to do', async () => {
    const { code, out, err } = await run(makeTree('checkout', { engines: '>=99.0.0' }), []).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      `spillway: needs Node >=99.0.0; this is ${process.version}.\n` +
        "Run 'npm ci' here: it brings one along, for this checkout only.\n",
    );
  });

  test('a package says where Node comes from', async () => {
    const { code, err } = await run(makeTree('package', { engines: '^24.99.0' }), []).ended;
    expect(code).toBe(1);
    expect(err).toContain('needs Node ^24.99.0');
    expect(err).toContain('https://nodejs.org');
  });

  test.each([
    ['^24.15.0 || >=26.0.0', true],
    ['^20.0.0 || >=99.0.0', false],
    [`>=${process.versions.node}`, true],
    [`^${process.versions.node}`, true],
  ])('engines %s', async (engines, suffices) => {
    expect((await run(makeTree('package', { engines }), []).ended).code).toBe(suffices ? 0 : 1);
  });
});

const canFallBack = oldNode !== undefined && nodePackage !== undefined;
const why = canFallBack ? '' : ' (skipped: needs an old Node in PATH and the one from npm ci)';

describe.skipIf(!canFallBack)(`under an old Node, beside the one from npm ci${why}`, () => {
  const start = (command: string): Run =>
    run(makeTree('checkout', { node: true }), [command], {
      ...(oldNode !== undefined && { node: oldNode }),
    });

  test('it runs on the newer one and passes the exit code on', async () => {
    const { code, out } = await start('exit-7').ended;
    expect(code).toBe(7);
    const { version, answer } = JSON.parse(out) as { version: string; answer: number };
    expect(Number.parseInt(version.slice(1), 10)).toBeGreaterThanOrEqual(24);
    expect(answer).toBe(42);
  });

  test('SIGTERM reaches the program, which ends as it likes', async () => {
    const running = start('stop-on-term');
    await spoken(running);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 3, signal: null });
  });

  test.each(['SIGINT', 'SIGHUP'] as const)(
    'a program that dies of %s is reported so',
    async (signal) => {
      const running = start('hang');
      await spoken(running);
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ code: null, signal });
    },
  );
});
