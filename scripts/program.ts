import { spawn, type ChildProcess } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Program {
  /** What `ready http://host:port` said. */
  readonly url: string;
  /** Sends SIGTERM; resolves when the program has ended well, throws when it has not. */
  stop(): Promise<void>;
}

const START_MS = 20_000;
const STOP_MS = 20_000;
const WELL = 'ended with 0';

/** Starts a server of ours and waits until it listens. What it prints is shown if it fails. */
export const startProgram = async (command: Command): Promise<Program> => {
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  const name = [command.file, ...command.args].join(' ');
  const fail = (what: string): Error => new Error(`${name}: ${what}\n${printed.join('')}`);
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(`ended with ${signal ?? code}`));
  });
  const kill = (): boolean => child.kill('SIGKILL');
  const started = Promise.race([readyUrl(child, printed), ended.then((how) => ({ how }))]);
  const url = await withTimeout(started, START_MS);
  if (typeof url !== 'string') {
    kill();
    throw fail(url?.how ?? `did not say that it is ready within ${START_MS} ms`);
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const how = await withTimeout(ended, STOP_MS);
      if (how === undefined) kill();
      if (how !== WELL) throw fail(how ?? `did not end within ${STOP_MS} ms of SIGTERM`);
    },
  };
};

const readyUrl = (child: ChildProcess, printed: string[]): Promise<string> =>
  new Promise((resolve) => {
    const read = (chunk: Buffer): void => {
      printed.push(chunk.toString());
      const url = /\bready (http:\/\/\S+)/.exec(printed.join(''))?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });

/** The promise's value, or undefined when it takes longer. */
const withTimeout = async <T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> => {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limitMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
