import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { CodeHttp } from '#sandbox/code-http.ts';
import type { CodeOutcome } from '#sandbox/javascript.ts';
import { readLines } from '#sandbox/lines.ts';
import { watchMemory } from '#sandbox/memory-watch.ts';
import { answerIn, BROKEN, LONGEST_ANSWER, TOO_MUCH_MEMORY } from '#sandbox/python-answer.ts';
import { RETURNED_TOO_MUCH } from '#sandbox/task.ts';
import { Turns } from '#sandbox/turns.ts';

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
  /** When it had started, ms. */
  readyAt: number;
  /** Told of the next line that it says, or of its end. */
  told: (line: string | undefined) => void;
  /** Told of what it asks of the network. */
  asked: (text: string) => void;
  /** Why it was ended, where that was for what its program did. */
  why?: CodeOutcome;
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
/** So long an interpreter may run one owner's programs while others have none: about what a start takes, ms. */
const TURN_MS = 2_000;
/** A character takes four bytes at most. */
const LONGEST_LINE_BYTES = 4 * LONGEST_ANSWER;
const LONGEST_ASK_BYTES = 8 * 1024 * 1024;
/** Of all that a process holds: the interpreter, its memory, and what lies beside it. */
const MOST_RESIDENT_BYTES = 768 * 1024 * 1024;
/** Of objects of the JavaScript around the interpreter, MB. */
const OBJECTS_MB = 128;

/** Python for programs of flows: jailed processes that may read their interpreter and do nothing else. */
export class Python {
  readonly #options: PythonOptions;
  readonly #all = new Set<Interpreter>();
  readonly #line: Turns<Waiting>;
  #isClosed = false;

  constructor(options: PythonOptions) {
    this.#options = options;
    this.#line = new Turns(options.waiting);
  }

  /** Throws SpillwayError `unavailable` when too many wait, or the signal's reason. */
  run(job: PythonJob, signal: AbortSignal): Promise<CodeOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(stopping());
      this.#line.add({ ...job, signal, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    while (this.#line.size > 0) this.#line.take()?.reject(stopping());
    for (const interpreter of this.#all) this.#end(interpreter);
  }

  /** Gives what waits to interpreters that are free, and starts some where there are too few. */
  #next(): void {
    // Who has none is given a place before others go on with theirs.
    for (const owner of this.#line.owners())
      if (this.#of(owner).length === 0 && this.#makeRoom()) this.#start(owner);
    for (const owner of this.#line.owners())
      for (const free of this.#of(owner, 'idle')) {
        const job = this.#line.take(owner);
        if (job) this.#work(free, job);
      }
    for (const owner of this.#line.owners())
      if (this.#of(owner, 'starting').length < this.#line.count(owner) && this.#makeRoom())
        this.#start(owner);
  }

  #of(owner: string, state?: Interpreter['state']): Interpreter[] {
    return [...this.#all].filter(
      (one) => one.owner === owner && (state === undefined || one.state === state),
    );
  }

  /** An idle one of somebody else's has to go when there are as many as there may be. */
  #makeRoom(): boolean {
    if (this.#all.size < this.#options.processes) return true;
    const idle = [...this.#all].find((one) => one.state === 'idle' && this.#isSpare(one));
    if (idle) this.#end(idle);
    return idle !== undefined;
  }

  /** Not wanted by its owner, or one of several, or long enough in use to have been worth its start. */
  #isSpare({ owner, readyAt }: Interpreter): boolean {
    return (
      this.#line.count(owner) === 0 ||
      this.#of(owner).length > 1 ||
      this.#options.clock.now() - readyAt >= TURN_MS
    );
  }

  #end(interpreter: Interpreter, why?: CodeOutcome): void {
    if (why) interpreter.why ??= why;
    interpreter.asked = () => {};
    this.#all.delete(interpreter);
    interpreter.child.kill('SIGKILL');
  }

  #start(owner: string): void {
    const child = spawnInterpreter();
    const interpreter: Interpreter = {
      owner,
      child,
      state: 'starting',
      readyAt: 0,
      told: () => {},
      asked: () => {},
    };
    this.#all.add(interpreter);
    const cancel = this.#options.clock.after(START_MS, () => child.kill('SIGKILL'));
    interpreter.told = (line) => {
      cancel();
      if (line === undefined) this.#failStart(interpreter);
      else interpreter.state = 'idle';
      interpreter.readyAt = this.#options.clock.now();
      interpreter.told = () => this.#end(interpreter);
      this.#next();
    };
    readLines(child.stdout, {
      longestBytes: LONGEST_LINE_BYTES,
      line: (line) => interpreter.told(line),
      tooLong: () => this.#end(interpreter, RETURNED_TOO_MUCH),
    });
    const network = networkOf(child);
    network.on('error', () => child.kill('SIGKILL'));
    readLines(network, {
      longestBytes: LONGEST_ASK_BYTES,
      line: (line) => interpreter.asked(line),
      tooLong: () => this.#end(interpreter, BROKEN),
    });
    // What it complains of is for nobody, and must not fill up.
    child.stderr.resume();
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
    const failed = new SpillwayError('node_failed', 'Python could not be started here.');
    this.#line.take(owner)?.reject(failed);
  }

  #work(interpreter: Interpreter, job: Waiting): void {
    const { clock, limitMs } = this.#options;
    const { code, inputs, http } = job;
    const token = randomUUID();
    interpreter.state = 'busy';
    const stop = (why?: CodeOutcome): void => this.#end(interpreter, why);
    const cancel = clock.after(limitMs, () => stop({ error: tooLong(limitMs), kind: 'time' }));
    const leave = watchMemory({
      clock,
      pid: interpreter.child.pid,
      limitBytes: MOST_RESIDENT_BYTES,
      tooMuch: () => stop(TOO_MUCH_MEMORY),
    });
    const aborted = (): void => stop();
    job.signal.addEventListener('abort', aborted, { once: true });
    interpreter.asked = askingBy(interpreter, http, () => stop(BROKEN));
    interpreter.told = (line) => {
      cancel();
      leave();
      job.signal.removeEventListener('abort', aborted);
      const said = line === undefined ? undefined : answerIn(line, token);
      // An answer that nobody waits for would be the next program's.
      if (!said || said.isSpent || (http && http.open > 0)) this.#end(interpreter);
      interpreter.asked = () => {};
      // Nothing is asked of it: what it says on its own would be the next program's word.
      interpreter.told = () => this.#end(interpreter);
      if (job.signal.aborted) job.reject(job.signal.reason as Error);
      else job.resolve(interpreter.why ?? said?.outcome ?? BROKEN);
      interpreter.state = 'idle';
      this.#next();
    };
    interpreter.child.stdin.write(`${JSON.stringify({ token, code, inputs })}\n`);
  }
}

const stopping = (): SpillwayError => new SpillwayError('unavailable', 'The program is stopping.');

const tooLong = (limitMs: number): string => `The code ran longer than ${limitMs / 1000} s.`;

/** Apart from what programs return: a descriptor that its process reads without waiting for anything else. */
const NETWORK = 3;
const networkOf = ({ stdio }: ChildProcessWithoutNullStreams): Duplex =>
  (stdio as unknown as readonly Duplex[])[NETWORK]!;

/** A program waits for each answer: what asks on and on without that is no program's `requests`. */
const askingBy = (
  { child }: Interpreter,
  http: CodeHttp | undefined,
  broken: () => void,
): ((text: string) => void) => {
  let isAsking = false;
  const none = JSON.stringify({ error: 'Code cannot ask the network here.' });
  const answer = async (text: string): Promise<void> => {
    const told = http ? await http.ask(text) : none;
    isAsking = false;
    networkOf(child).write(`${told}\n`);
  };
  return (text) => {
    if (isAsking || networkOf(child).writableLength > 0) return broken();
    isAsking = true;
    return void answer(text);
  };
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
    `--max-old-space-size=${OBJECTS_MB}`,
  ];
  return spawn(process.execPath, [...flags, '--no-warnings', CHILD, folder], {
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
};
