import { readFile } from 'node:fs/promises';
import { EvalFlags, JSException, QuickJS } from 'quickjs-wasi';
import type { Clock } from '#core/clock.ts';
import { HOLDS_TOO_MUCH, LONGEST_ASK, MOST_HELD, MOST_REQUESTS } from '#sandbox/code-http.ts';
import { AROUND, FETCH } from '#sandbox/javascript-around.ts';
import { LONGEST_OUTPUT, RETURNED_TOO_MUCH } from '#sandbox/task.ts';

export interface JavascriptJob {
  readonly code: string;
  /** JSON of the arguments of `main`, by name. */
  readonly inputs: string;
  readonly limitMs: number;
  readonly limitBytes: number;
}

/** JSON of what `main` returned, or why there is none. */
export type CodeOutcome =
  | { readonly json: string }
  | { readonly error: string; readonly kind: 'code' | 'time' | 'memory' };

const STACK_BYTES = 256 * 1024;
const LONGEST_ERROR = 2000;

type Engine = Parameters<typeof QuickJS.create>[0];

/** The types of Node do not know it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    compile(bytes: Buffer): Promise<Extract<Engine, { wasm: unknown }>['wasm']>;
  };
};

let engine: ReturnType<typeof WebAssembly.compile> | undefined;

/** Once a thread: to compile it takes longer than most programs run. */
const loadEngine: () => NonNullable<typeof engine> = async () =>
  WebAssembly.compile(await readFile(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm'))));

const CALL = `
(async () => {
  if (typeof main !== 'function') throw new Error('There is no function \`main\`.');
  const result = await main(JSON.parse(__inputs));
  return JSON.stringify(result === undefined ? null : result);
})()
`;

/** Asks the network: JSON of a request → JSON of what came of it. */
export type AskNetwork = (text: string) => Promise<string>;

/** Runs a program in a machine of its own, which is thrown away afterwards. */
export const runJavascript = async (
  job: JavascriptJob,
  clock: Clock,
  ask?: AskNetwork,
): Promise<CodeOutcome> => {
  engine ??= loadEngine();
  const end = clock.now() + job.limitMs;
  let isLate = false;
  using vm = await QuickJS.create({
    wasm: await engine,
    memoryLimit: job.limitBytes,
    maxStackSize: STACK_BYTES,
    timezoneOffset: 0,
    interruptHandler: () => (isLate ||= clock.now() > end),
  });
  let network: Network | undefined;
  try {
    vm.evalCode(AROUND).dispose();
    network = ask && new Network(vm, ask);
    {
      using inputs = vm.newString(job.inputs);
      vm.setProp(vm.global, '__inputs', inputs);
    }
    vm.evalCode(job.code, 'main.js').dispose();
    using promise = vm.evalCode(CALL, 'call.js', EvalFlags.TYPE_GLOBAL);
    const cancel = clock.after(job.limitMs, () => {
      isLate = true;
      network?.close();
    });
    const settled = await settledOf(vm, promise, network).finally(cancel);
    if (isLate) return late(job);
    if (settled === undefined)
      return { error: '`main` waits for something that never comes.', kind: 'code' };
    if ('value' in settled && settled.value.isString && settled.value.length > LONGEST_OUTPUT)
      return RETURNED_TOO_MUCH;
    const text =
      'error' in settled
        ? settled.error.consume((error) => error.toString())
        : settled.value.consume((value) => (value.isString ? value.toString() : undefined));
    // To make a text of an error may run what the program has written.
    if (isLate) return late(job);
    if (text === undefined)
      return { error: '`main` returned what JSON cannot hold.', kind: 'code' };
    return 'error' in settled ? failure(text, job) : { json: text };
  } catch (thrown) {
    if (isLate) return late(job);
    const text =
      thrown instanceof JSException ? `${thrown.name}: ${thrown.message}` : String(thrown);
    return failure(text, job);
  } finally {
    network?.close();
  }
};

type Settled = Awaited<ReturnType<QuickJS['resolvePromise']>>;

/** Undefined when nothing is under way any more: what is not settled then never will be. */
const settledOf = async (
  vm: QuickJS,
  promise: Parameters<QuickJS['resolvePromise']>[0],
  network: Network | undefined,
): Promise<Settled | undefined> => {
  const found: { settled?: Settled } = {};
  const settle = async (): Promise<void> => {
    found.settled = await vm.resolvePromise(promise);
  };
  const settling = settle();
  for (;;) {
    vm.executePendingJobs();
    await Promise.race([settling, turn()]);
    if (found.settled || !network?.goesOn) return found.settled;
    await network.news();
  }
};

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const TOO_MANY = JSON.stringify({ error: `Code may send ${MOST_REQUESTS} requests.` });
const TOO_MUCH = JSON.stringify({ error: HOLDS_TOO_MUCH });
const TOO_LONG = JSON.stringify({
  error: "The code's request cannot be sent: it is too large.",
});

/** What a program has asked of the network and has no answer to yet. */
class Network {
  readonly #vm: QuickJS;
  #open = 0;
  #asked = 0;
  /** Characters of what is asked and not answered. */
  #held = 0;
  #isClosed = false;
  #hasNews = false;
  #wake = (): void => {};

  constructor(vm: QuickJS, ask: AskNetwork) {
    this.#vm = vm;
    using http = vm.newFunction('__http', (text) =>
      // A loop asks faster than anybody hears: what is refused anyway leaves this machine not at all.
      ++this.#asked > MOST_REQUESTS
        ? vm.newString(TOO_MANY)
        : this.#ask(ask, text?.toString() ?? ''),
    );
    vm.setProp(vm.global, '__http', http);
    vm.evalCode(FETCH).dispose();
  }

  /** Whether something is to come, or has come and not been looked at. */
  get goesOn(): boolean {
    return !this.#isClosed && (this.#open > 0 || this.#hasNews);
  }

  /** Until something has come. */
  async news(): Promise<void> {
    if (!this.#hasNews)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#hasNews = false;
  }

  /** What comes later is for nobody. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #ask(ask: AskNetwork, text: string) {
    if (text.length > LONGEST_ASK) return this.#vm.newString(TOO_LONG);
    if (this.#held + text.length > MOST_HELD) return this.#vm.newString(TOO_MUCH);
    const deferred = this.#vm.newPromise();
    this.#open++;
    this.#held += text.length;
    const answer = async (): Promise<void> => {
      const reply = await ask(text);
      this.#open--;
      this.#held -= text.length;
      if (this.#isClosed) return;
      this.#hasNews = true;
      using told = this.#vm.newString(reply);
      deferred.resolve(told);
      this.#wake();
    };
    void answer();
    return deferred.handle;
  }
}

const late = ({ limitMs }: JavascriptJob): CodeOutcome => ({
  error: `The code ran longer than ${limitMs / 1000} s.`,
  kind: 'time',
});

const failure = (text: string, { limitBytes }: JavascriptJob): CodeOutcome =>
  /out of memory/i.test(text)
    ? { error: `The code needs more than ${limitBytes / 1024 / 1024} MB.`, kind: 'memory' }
    : { error: text.slice(0, LONGEST_ERROR), kind: 'code' };
