import { readFile } from 'node:fs/promises';
import { EvalFlags, JSException, QuickJS } from 'quickjs-wasi';
import type { Clock } from '#core/clock.ts';

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

/** What programs find around them besides the language: nothing of this machine. */
const AROUND = `
globalThis.console = { log() {}, info() {}, warn() {}, error() {}, debug() {} };
`;

const CALL = `
(async () => {
  if (typeof main !== 'function') throw new Error('There is no function \`main\`.');
  const result = await main(JSON.parse(__inputs));
  return JSON.stringify(result === undefined ? null : result);
})()
`;

/** Runs a program in a machine of its own, which is thrown away afterwards. */
export const runJavascript = async (job: JavascriptJob, clock: Clock): Promise<CodeOutcome> => {
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
  try {
    vm.evalCode(AROUND).dispose();
    {
      using inputs = vm.newString(job.inputs);
      vm.setProp(vm.global, '__inputs', inputs);
    }
    vm.evalCode(job.code, 'main.js').dispose();
    using promise = vm.evalCode(CALL, 'call.js', EvalFlags.TYPE_GLOBAL);
    vm.executePendingJobs();
    const settled = await Promise.race([vm.resolvePromise(promise), never()]);
    if (isLate) return late(job);
    if (settled === undefined)
      return { error: '`main` waits for something that never comes.', kind: 'code' };
    if ('error' in settled)
      return failure(
        settled.error.consume((error) => error.toString()),
        job,
      );
    return { json: settled.value.consume((value) => value.toString()) };
  } catch (thrown) {
    if (isLate) return late(job);
    const text =
      thrown instanceof JSException ? `${thrown.name}: ${thrown.message}` : String(thrown);
    return failure(text, job);
  }
};

/** Nothing is under way any more when the jobs are done: what is not settled then never will be. */
const never = (): Promise<undefined> =>
  new Promise((resolve) => setImmediate(() => resolve(undefined)));

const late = ({ limitMs }: JavascriptJob): CodeOutcome => ({
  error: `The code ran longer than ${limitMs / 1000} s.`,
  kind: 'time',
});

const failure = (text: string, { limitBytes }: JavascriptJob): CodeOutcome =>
  /out of memory/i.test(text)
    ? { error: `The code needs more than ${limitBytes / 1024 / 1024} MB.`, kind: 'memory' }
    : { error: text.slice(0, LONGEST_ERROR), kind: 'code' };
