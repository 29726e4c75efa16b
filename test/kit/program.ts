import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { vi } from 'vitest';
import { inCheckout } from './files.ts';

// Whole programs start slowly where many others run: this holds for the file that imports this one.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Where a program of ours listens, as it says itself. */
const READY = /^ready (http:\/\/\S+)$/m;

/** Nobody shares a folder: who serves without naming one gets a new one. */
const ownFolder = (args: readonly string[]): readonly string[] => {
  const [command = ''] = args;
  const serves = command === 'serve' || (command.startsWith('-') && args.includes('--config'));
  if (!serves || args.includes('--data-dir')) return [];
  return ['--data-dir', mkdtempSync(join(tmpdir(), 'spillway-test-'))];
};

const programOf = (args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  '--conditions=source',
  inCheckout('bin/spillway'),
  ...args,
  ...ownFolder(args),
];

/** Runs `bin/spillway` in an environment of its own: nothing of this machine's comes in but PATH. */
export const spillway = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
) => run(programOf(args), env, input);

/** The same where the system allows a process so many open files. */
export const spillwayWithFiles = (files: number, args: readonly string[]) =>
  run(['sh', '-c', `ulimit -n ${files}; exec "$0" "$@"`, ...programOf(args)], {}, '');

const run = (
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  input: string,
) => {
  const child = spawn(program, args, {
    cwd: inCheckout('.'),
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'pipe',
  });
  // Who does not read it does not miss it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let out = '';
  let err = '';
  const { promise: isReady, resolve } = Promise.withResolvers<string>();
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
    const url = READY.exec(out)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const ended = new Promise<Ended>((end) => {
    child.on('close', (code) => end({ code, out, err }));
  });
  const fits = async (stream: Readable, heard: () => string, what: RegExp): Promise<void> => {
    while (!what.test(heard())) {
      const { done } = await Promise.race([
        once(stream, 'data').then(() => ({ done: false })),
        ended.then(() => ({ done: true })),
      ]);
      if (done && !what.test(heard())) throw new Error(`ended without ${what}: ${out}${err}`);
    }
  };
  return {
    ended,
    /** The URL at which it listens. Rejects when it ends before. */
    ready: (): Promise<string> =>
      Promise.race([
        isReady,
        ended.then(({ code, err: text }) => {
          throw new Error(`ended with ${code} before it was ready: ${text}`);
        }),
      ]),
    /** Resolves when its standard output fits; rejects when it ends before. */
    says: (what: RegExp): Promise<void> => fits(child.stdout, () => out, what),
    /** The same of what it writes to standard error. */
    complains: (what: RegExp): Promise<void> => fits(child.stderr, () => err, what),
    /** All that it has written to standard output. */
    output: (): string => out,
    /** The same of standard error. */
    complaints: (): string => err,
    signal: (signal: NodeJS.Signals): void => void child.kill(signal),
    /** Sends a signal; what it said and how it ended. After SIGTERM it goes on for a while. */
    stop: (signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> => {
      child.kill(signal);
      return ended;
    },
  };
};
