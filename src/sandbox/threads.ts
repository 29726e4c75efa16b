import { Worker } from 'node:worker_threads';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Asked, Done, Task, Told } from '#sandbox/task.ts';
import { Turns } from '#sandbox/turns.ts';

export interface ThreadsOptions {
  readonly clock: Clock;
  /** So many at once. */
  readonly threads: number;
  /** So many tasks wait at most; more are refused. */
  readonly waiting: number;
}

interface Job {
  readonly task: Task;
  /** Whose it is: owners take turns. */
  readonly owner: string;
  /** Asks the network for it. */
  readonly ask?: (text: string) => Promise<string>;
  /** After so long the thread is ended, whatever it does, ms. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

/** In a checkout this file and the thread's are TypeScript, which Node runs when told where sources are. */
const isSource = import.meta.url.endsWith('.ts');
const FILE = new URL(isSource ? './worker.ts' : './worker.js', import.meta.url);

/** Only what is listened to here: a thread has listeners of its own. */
const HEARD = ['message', 'error', 'exit'] as const;

/** Threads that run programs and templates one at a time each; one that does not end is ended. */
export class Threads {
  readonly #options: ThreadsOptions;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #line: Turns<Job>;
  #isClosed = false;
  #starting = 0;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#line = new Turns(options.waiting);
  }

  /** Throws SpillwayError `timeout`, `unavailable` when too many wait, or the signal's reason. */
  perform(task: Task, how: Pick<Job, 'owner' | 'limitMs' | 'signal' | 'ask'>): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(stopping());
      this.#line.add({ task, ...how, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#line.size > 0) this.#line.take()?.reject(stopping());
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#line.size === 0) return;
    const worker = this.#idle.pop();
    if (!worker) return this.#begin();
    for (const event of HEARD) worker.removeAllListeners(event);
    this.#run(worker, this.#line.take()!);
  }

  /** A thread's own start is no time of the program that it will run. */
  #begin(): void {
    if (this.#all.size >= this.#options.threads || this.#starting >= this.#line.size) return;
    const worker = new Worker(FILE, {
      // Nothing of this process is given to it.
      env: {},
      argv: [],
      execArgv: isSource ? ['--conditions=source'] : [],
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 4 },
    });
    worker.unref();
    this.#all.add(worker);
    this.#starting++;
    const started = (): void => {
      this.#starting--;
      for (const event of HEARD) worker.removeAllListeners(event);
    };
    worker.once('message', () => {
      started();
      this.#rest(worker);
      this.#next();
    });
    worker.once('error', (cause: Error) => {
      started();
      this.#all.delete(worker);
      const broken = new SpillwayError('internal', 'Code cannot be run; see the log.', { cause });
      this.#line.take()?.reject(broken);
      this.#next();
    });
  }

  /** What its last task left behind may still break it: nobody is to wait for it, nor to fall with it. */
  #rest(worker: Worker): void {
    const forget = (): void => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    };
    worker.once('error', forget);
    worker.once('exit', forget);
    this.#idle.push(worker);
  }

  #run(worker: Worker, job: Job): void {
    const end = (): void => {
      cancel();
      job.signal.removeEventListener('abort', stop);
      for (const event of HEARD) worker.removeAllListeners(event);
    };
    const drop = (error: Error): void => {
      end();
      this.#all.delete(worker);
      void worker.terminate();
      job.reject(error);
      this.#next();
    };
    const stop = (): void => drop(job.signal.reason as Error);
    const cancel = this.#options.clock.after(job.limitMs, () =>
      drop(new SpillwayError('timeout', `The code ran longer than ${job.limitMs / 1000} s.`)),
    );
    job.signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (done: Done | Asked) => {
      if (done.kind === 'ask') return void tell(worker, job, done);
      end();
      this.#rest(worker);
      job.resolve(done);
      return this.#next();
    });
    worker.once('error', (cause: Error) =>
      drop(new SpillwayError('node_failed', 'The code broke what runs it.', { cause })),
    );
    worker.once('exit', () =>
      drop(new SpillwayError('node_failed', 'The code ended what runs it.')),
    );
    worker.postMessage(job.task);
  }
}

const tell = async (worker: Worker, { ask }: Job, { id, text }: Asked): Promise<void> => {
  const told = (await ask?.(text)) ?? '';
  worker.postMessage({ kind: 'told', id, text: told } satisfies Told);
};

const stopping = (): SpillwayError => new SpillwayError('unavailable', 'The program is stopping.');
