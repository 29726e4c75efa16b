import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject } from '#core/json.ts';
import type { CodeHttp } from '#sandbox/code-http.ts';
import type { CodeOutcome } from '#sandbox/javascript.ts';

export interface PythonJob {
  readonly code: string;
  /** JSON of the arguments of `main`, by name. */
  readonly inputs: string;
  /** Programs of one owner share interpreters; those of two never do. */
  readonly owner: string;
  /** How it asks the network; it cannot where this is absent. */
  readonly http?: CodeHttp;
}

export interface PythonOptions {
  readonly clock: Clock;
  /** Time for one program, ms. */
  readonly limitMs: number;
  /** Processes at once; each takes some 200 MB. */
  readonly processes: number;
  readonly waiting: number;
}

/** An interpreter in a process of its own, and whose programs it has run. */
interface Interpreter {
  readonly owner: string;
  readonly child: ChildProcessWithoutNullStreams;
  state: 'starting' | 'idle' | 'busy';
  /** Told of the next line that it says, or of its end. */
  told: (line: string | undefined) => void;
  /** Told of what it asks of the network. */
  asked: (text: string) => void;
}

interface Waiting extends PythonJob {
  readonly signal: AbortSignal;
  readonly resolve: (outcome: CodeOutcome) => void;
  readonly reject: (error: Error) => void;
}

const isSource = import.meta.url.endsWith('.ts');
const CHILD = fileURLToPath(
  new URL(isSource ? './python-child.ts' : './python-child.js', import.meta.url),
);
/** Of 64 KB each: 256 MB. */
const MEMORY_PAGES = 4096;
const START_MS = 60_000;
const LONGEST_LINE = 8 * 1024 * 1024;

/** Python for programs of flows: jailed processes that may read their interpreter and do nothing else. */
export class Python {
  readonly #options: PythonOptions;
  readonly #all = new Set<Interpreter>();
  readonly #line: Waiting[] = [];
  #isClosed = false;

  constructor(options: PythonOptions) {
    this.#options = options;
  }

  /** Throws SpillwayError `unavailable` when too many wait, or the signal's reason. */
  run(job: PythonJob, signal: AbortSignal): Promise<CodeOutcome> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (this.#isClosed || this.#line.length >= this.#options.waiting)
        return reject(new SpillwayError('unavailable', 'Too much code is waiting to be run.'));
      this.#line.push({ ...job, signal, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    const gone = new SpillwayError('unavailable', 'The program is stopping.');
    for (const { reject } of this.#line.splice(0)) reject(gone);
    for (const interpreter of this.#all) this.#end(interpreter);
  }

  /** Gives what waits to interpreters that are free, and starts some where there are too few. */
  #next(): void {
    for (const job of this.#line.slice()) {
      const free = this.#find(job.owner, 'idle');
      if (free) {
        this.#line.splice(this.#line.indexOf(job), 1);
        this.#work(free, job);
      }
    }
    const wanted = Map.groupBy(this.#line, ({ owner }) => owner);
    for (const [owner, jobs] of wanted) {
      const starting = [...this.#all].filter(
        (one) => one.owner === owner && one.state === 'starting',
      );
      if (starting.length < jobs.length && this.#makeRoom()) this.#start(owner);
    }
  }

  #find(owner: string, state: Interpreter['state']): Interpreter | undefined {
    return [...this.#all].find((one) => one.owner === owner && one.state === state);
  }

  /** An idle one of somebody else's has to go when there are as many as there may be. */
  #makeRoom(): boolean {
    if (this.#all.size < this.#options.processes) return true;
    const idle = [...this.#all].find(({ state }) => state === 'idle');
    if (idle) this.#end(idle);
    return idle !== undefined;
  }

  #end(interpreter: Interpreter): void {
    this.#all.delete(interpreter);
    interpreter.child.kill('SIGKILL');
  }

  #start(owner: string): void {
    const child = spawnInterpreter();
    const interpreter: Interpreter = {
      owner,
      child,
      state: 'starting',
      told: () => {},
      asked: () => {},
    };
    this.#all.add(interpreter);
    const cancel = this.#options.clock.after(START_MS, () => child.kill('SIGKILL'));
    interpreter.told = (line) => {
      cancel();
      if (line === undefined) this.#failStart(interpreter);
      else interpreter.state = 'idle';
      this.#next();
    };
    createInterface({ input: child.stdout }).on('line', (line) => interpreter.told(line));
    const network = networkOf(child);
    const broken = (): unknown => child.kill('SIGKILL');
    network.on('error', broken);
    createInterface({ input: network })
      .on('line', (line) => interpreter.asked(line))
      .on('error', broken);
    child.once('close', () => {
      this.#all.delete(interpreter);
      interpreter.told(undefined);
    });
    child.once('error', () => child.kill('SIGKILL'));
    child.stdin.on('error', () => child.kill('SIGKILL'));
    child.unref();
  }

  #failStart({ owner }: Interpreter): void {
    if (this.#isClosed) return;
    const at = this.#line.findIndex((job) => job.owner === owner);
    const [job] = at < 0 ? [] : this.#line.splice(at, 1);
    job?.reject(new SpillwayError('node_failed', 'Python could not be started here.'));
  }

  #work(interpreter: Interpreter, job: Waiting): void {
    const { clock, limitMs } = this.#options;
    interpreter.state = 'busy';
    let late = false;
    const stop = (): void => this.#end(interpreter);
    const cancel = clock.after(limitMs, () => {
      late = true;
      stop();
    });
    job.signal.addEventListener('abort', stop, { once: true });
    const { http } = job;
    interpreter.asked = (text) => void answer(interpreter, text, http);
    interpreter.told = (line) => {
      cancel();
      const outcome = line === undefined ? undefined : outcomeOf(line);
      // An answer that nobody waits for would be the next program's.
      if (http && http.open > 0) this.#end(interpreter);
      interpreter.asked = () => {};
      job.signal.removeEventListener('abort', stop);
      if (job.signal.aborted) job.reject(job.signal.reason as Error);
      else if (late) job.resolve({ error: tooLong(limitMs), kind: 'time' });
      else job.resolve(outcome ?? BROKEN);
      if (outcome) interpreter.state = 'idle';
      else this.#end(interpreter);
      // Nothing is asked of it: what it says on its own is no program's answer.
      interpreter.told = () => this.#end(interpreter);
      this.#next();
    };
    const { code, inputs } = job;
    interpreter.child.stdin.write(`${JSON.stringify({ code, inputs })}\n`);
  }
}

const tooLong = (limitMs: number): string => `The code ran longer than ${limitMs / 1000} s.`;

const BROKEN: CodeOutcome = { error: 'The code broke what runs it.', kind: 'code' };

/** Apart from what programs return: a descriptor that its process reads without waiting for anything else. */
const NETWORK = 3;
const networkOf = ({ stdio }: ChildProcessWithoutNullStreams): Duplex =>
  (stdio as unknown as readonly Duplex[])[NETWORK]!;

const answer = async (
  { child }: Interpreter,
  text: string,
  http: CodeHttp | undefined,
): Promise<void> => {
  const none = JSON.stringify({ error: 'Code cannot ask the network here.' });
  const told = http ? await http.ask(text) : none;
  networkOf(child).write(`${told}\n`);
};

const spawnInterpreter = (): ChildProcessWithoutNullStreams => {
  const folder = dirname(fileURLToPath(import.meta.resolve('pyodide')));
  const root = fileURLToPath(new URL('../../package.json', import.meta.url));
  const readable = [folder, CHILD, root].map((path) => `--allow-fs-read=${path}`);
  const flags = [
    '--permission',
    ...readable,
    '--disallow-code-generation-from-strings',
    `--wasm-max-mem-pages=${MEMORY_PAGES}`,
  ];
  return spawn(process.execPath, [...flags, '--no-warnings', CHILD, folder], {
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
};

/** The last lines of a traceback are what its writer needs. */
const LONGEST_ERROR = 2000;

/** Undefined for what is no answer: whatever runs there may come to write lines. */
const outcomeOf = (line: string): CodeOutcome | undefined => {
  if (line.length > LONGEST_LINE)
    return { error: 'The code returned more than 8 MB.', kind: 'memory' };
  const said = saidIn(line);
  if (!isObject(said)) return undefined;
  const { json, error } = said;
  if (typeof json === 'string') return { json };
  const text = typeof error === 'string' ? error.trim() : '';
  const own = text.slice(Math.max(0, text.indexOf('File "main.py"')));
  if (/\bMemoryError\b/.test(text))
    return { error: 'The code needs more than 256 MB.', kind: 'memory' };
  return { error: own.slice(-LONGEST_ERROR), kind: 'code' };
};

const saidIn = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
