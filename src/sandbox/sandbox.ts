import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { isDeeper } from '#core/json-depth.ts';
import type { CodeJob, JinjaJob } from '#flow/ports.ts';
import { type CodeFetch, CodeHttp, HeldBytes } from '#sandbox/code-http.ts';
import type { DocumentJob } from '#sandbox/documents.ts';
import type { CodeOutcome } from '#sandbox/javascript.ts';
import { Python } from '#sandbox/python.ts';
import { type Done, LONGEST_OUTPUT, RETURNED_TOO_MUCH } from '#sandbox/task.ts';
import { Threads } from '#sandbox/threads.ts';

export interface SandboxLimits {
  /** Time for one program, ms. */
  readonly codeMs: number;
  /** Memory for one program, bytes. */
  readonly codeBytes: number;
  readonly threads: number;
  /** Programs that wait for a thread. */
  readonly waiting: number;
  /** Python's processes at once; each takes some 200 MB. */
  readonly processes: number;
}

/** Time is Dify's own default. */
const SANDBOX_LIMITS: SandboxLimits = {
  codeMs: 15_000,
  codeBytes: 64 * 1024 * 1024,
  threads: 4,
  waiting: 1000,
  processes: 3,
};

/** A template that takes longer than its fuel lasts has found a way around it, ms. */
const JINJA_MS = 5_000;
/** A document that takes longer to read is not worth it, ms. */
const DOCUMENT_MS = 60_000;
/** What a thread has on top before it is ended from outside, ms. */
const GRACE_MS = 1_000;
const LONGEST_INPUT = 4 * 1024 * 1024;
/** Whoever handles a value calls itself for each level. */
const DEEPEST_OUTPUT = 100;

export interface Sandbox {
  runCode(job: CodeJob, signal: AbortSignal, around?: CodeAround): Promise<Json>;
  /** A document's text. */
  extractText(job: DocumentJob, signal: AbortSignal, owner?: string): Promise<string>;
  renderJinja(job: JinjaJob, signal: AbortSignal, owner?: string): Promise<string>;
  close(): Promise<void>;
}

export interface CodeAround {
  /** Owners take turns. Python's programs of one share interpreters; those of two never do. */
  readonly owner?: string;
  /** How a program asks the network; it cannot where this is absent. */
  readonly fetch?: CodeFetch;
}

/** Where programs and templates of flows run. */
export const createSandbox = (clock: Clock, given: Partial<SandboxLimits> = {}): Sandbox => {
  const limits = { ...SANDBOX_LIMITS, ...given };
  const { codeMs, codeBytes, threads, waiting, processes } = limits;
  const held = new HeldBytes();
  const pool = new Threads({ clock, threads, waiting });
  const python = new Python({ clock, limitMs: codeMs, processes, waiting });
  return {
    async runCode({ language, code, inputs }, signal, { owner = '', fetch } = {}) {
      const text = JSON.stringify(inputs);
      if (text.length > LONGEST_INPUT)
        throw new SpillwayError('too_large', 'The code is given more than 4 MB.');
      const http = fetch && new CodeHttp(fetch, codeMs, held);
      try {
        if (language === 'python3')
          return valueOf(
            await python.run({ code, inputs: text, owner, ...(http && { http }) }, signal),
          );
        const job = { code, inputs: text, limitMs: codeMs, limitBytes: codeBytes };
        const task = { kind: 'javascript', job, mayAsk: http !== undefined } as const;
        const ask = http && ((asked: string) => textAsked(http, asked));
        const how = { owner, limitMs: codeMs + GRACE_MS, signal, ...(ask && { ask }) };
        const done = await pool.perform(task, how);
        return valueOf(done.kind === 'code' ? done.outcome : { error: 'It broke.', kind: 'code' });
      } finally {
        http?.close();
      }
    },
    async renderJinja(job, signal, owner = '') {
      const how = { owner, limitMs: JINJA_MS, signal };
      return textOf(await pool.perform({ kind: 'jinja', job }, how));
    },
    async extractText(job, signal, owner = '') {
      const how = { owner, limitMs: DOCUMENT_MS, signal };
      return textOf(await pool.perform({ kind: 'document', job }, how));
    },
    async close() {
      python.close();
      await pool.close();
    },
  };
};

/** JavaScript's machine has no decoder: it is given a text. */
const textAsked = async (http: CodeHttp, asked: string): Promise<string> => {
  const { body, ...reply } = JSON.parse(await http.ask(asked)) as { body?: string };
  const text = body === undefined ? undefined : Buffer.from(body, 'base64').toString('utf8');
  return JSON.stringify({ ...reply, ...(text !== undefined && { text }) });
};

/** Throws SpillwayError where there is none. */
const textOf = (done: Done): string => {
  if (done.kind === 'text') return done.text;
  const { code, message } =
    done.kind === 'failed' ? done : { code: 'internal' as const, message: 'It broke.' };
  throw new SpillwayError(code, message);
};

const CODES = { code: 'node_failed', time: 'timeout', memory: 'too_large' } as const;

/** Throws SpillwayError where the program failed. */
const valueOf = (outcome: CodeOutcome): Json => {
  if ('error' in outcome) throw new SpillwayError(CODES[outcome.kind], outcome.error);
  if (outcome.json.length > LONGEST_OUTPUT)
    throw new SpillwayError(CODES[RETURNED_TOO_MUCH.kind], RETURNED_TOO_MUCH.error);
  const value = parsed(outcome.json);
  if (isDeeper(value, DEEPEST_OUTPUT))
    throw new SpillwayError(
      'node_failed',
      `What \`main\` returned may nest ${DEEPEST_OUTPUT} deep at most.`,
    );
  return value;
};

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    // Whoever writes their own JSON.stringify may write anything.
    throw new SpillwayError('node_failed', 'What `main` returned is not valid JSON.', { cause });
  }
};
