/** Starts processes on one core each, and ends every one of them whatever happens to this one. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { processTree } from './proc.ts';

/** What is measured has this core for itself; load generator and upstream share the other. */
export const TARGET_CORE = 0;
export const LOAD_CORE = 1;

const READY = /^ready (http:\/\/\S+)$/m;
const READY_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 10_000;
const TAIL_CHARS = 2_000;

const running = new Set<ChildProcess>();

const kill = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  for (const pid of processTree(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // already gone
    }
  }
};

process.on('exit', () => running.forEach(kill));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/** Linux shares a core between sessions first and by niceness only inside each. */
const AUTOGROUP = '/proc/self/autogroup';

const goFirst = (): void => {
  setPriority(constants.priority.PRIORITY_HIGH);
  if (!existsSync(AUTOGROUP)) return;
  const before = /nice (-?\d+)/.exec(readFileSync(AUTOGROUP, 'utf8'))?.[1] ?? '0';
  writeFileSync(AUTOGROUP, String(constants.priority.PRIORITY_HIGH));
  process.on('exit', () => writeFileSync(AUTOGROUP, before));
};

/**
 * Moves this process, all its threads and what they start from now on to `core`, ahead of other
 * work where the system lets us: strangers on the core double the CPU time of a request.
 */
export const claimCore = (core: number): void => {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)]);
  if (status !== 0) throw new Error(`taskset could not pin this process to core ${core}.`);
  try {
    goFirst();
  } catch {
    // Only root may; the table says how much of the core others took.
  }
};

const schedule = (pids: readonly number[], policy: '--rr' | '--other', priority: number): void => {
  for (const pid of pids) spawnSync('chrt', [policy, '-p', String(priority), String(pid)]);
};

/**
 * Runs `task` with the main threads of these processes and this one ahead of everything else on
 * their cores, where the system lets us: niceness shares a core out, it does not make a stranger
 * leave before its slice of some ms is over. Only for a load that leaves the cores mostly idle: the
 * helper threads of V8 get what is left.
 */
export const withoutStrangers = async <T>(
  pids: readonly number[],
  task: () => Promise<T>,
): Promise<T> => {
  const all = [process.pid, ...pids];
  schedule(all, '--rr', 1);
  try {
    return await task();
  } finally {
    schedule(all, '--other', 0);
  }
};

export interface Pinned {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The last output of the process, for an error message. */
  readonly output: () => string;
}

export interface SpawnOptions {
  readonly core: number;
  readonly command: readonly string[];
  readonly cwd?: string;
  /** Whole environment; the caller's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  readonly ipc?: boolean;
}

export const spawnPinned = (options: SpawnOptions): Pinned => {
  // taskset replaces itself with the command, so the child's pid is the command's.
  const child = spawn('taskset', ['-c', String(options.core), ...options.command], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc === true ? ['ipc' as const] : [])],
  });
  if (child.pid === undefined) throw new Error('taskset could not be started.');
  running.add(child);
  child.once('exit', () => running.delete(child));
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_CHARS);
    });
  }
  return { child, pid: child.pid, output: () => tail };
};

/** The origin that the process names in its line `ready http://host:port`. */
export const untilReady = (name: string, { child, output }: Pinned): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = '';
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('exit', exited);
      act();
    };
    const look = (text: string): void => {
      printed += text;
      const origin = READY.exec(printed)?.[1];
      if (origin !== undefined) settle(() => resolve(origin));
    };
    const fail = (what: string) => (): void =>
      settle(() => reject(new Error(`${what}. Its last words:\n${output()}`)));
    const exited = fail(`${name} ended before it was ready`);
    const timer = setTimeout(fail(`${name} was not ready in ${READY_LIMIT_MS} ms`), READY_LIMIT_MS);
    child.stdout?.on('data', look);
    child.once('exit', exited);
  });

/** Asks the process to end, then makes it. */
export const stop = ({ child }: Pinned): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => kill(child), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    // Not SIGTERM: a gateway that hears that goes on for load balancers.
    child.kill('SIGINT');
  });
