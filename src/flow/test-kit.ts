import { runInNewContext } from 'node:vm';
import { type Clock, sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { FindingsError, formatFindings } from '#core/finding.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { VirtualClock } from '#core/virtual-clock.ts';
import type { App } from '#flow/dsl/app.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import type { RunEvent } from '#flow/events.ts';
import { renderJinja } from '#flow/jinja.ts';
import { modelResolver } from '#flow/model-map.ts';
import type {
  CodeJob,
  FlowFiles,
  FlowServices,
  FlowTools,
  JinjaJob,
  ModelCall,
  Served,
} from '#flow/ports.ts';
import { type Flow, prepareFlow, type PrepareOptions } from '#flow/prepare.ts';
import { runFlow, type RunOptions } from '#flow/run.ts';
import type { ChatEvent, UpstreamError } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

/** What one model call answers, and when. */
export interface Script {
  readonly pieces: readonly string[];
  /** Before the first piece, ms. */
  readonly firstMs?: number;
  /** Before each further piece, ms. */
  readonly everyMs?: number;
  /** Breaks off with this after the pieces. */
  readonly error?: UpstreamError;
}

export interface ScriptedCall {
  readonly nodeId: string;
  readonly request: ChatRequest;
  readonly startedAt: number;
  /** When its run is over at the latest. */
  readonly deadline: number;
  endedAt?: number;
}

/** A model that says what a script tells it to, on the clock it is given. */
export class ScriptedChat implements FlowServices {
  readonly calls: ScriptedCall[] = [];
  readonly #clock: Clock;
  readonly #scriptFor: (call: ModelCall) => Script;
  readonly fetch: NonNullable<FlowServices['fetch']>;

  constructor(
    clock: Clock,
    scriptFor: (call: ModelCall) => Script,
    fetch: FlowServices['fetch'] = nowhere,
  ) {
    this.#clock = clock;
    this.#scriptFor = scriptFor;
    this.fetch = fetch;
  }

  /** One tool, `echo`, which says what it was given. */
  readonly tools: FlowTools = {
    find: ({ tool }) =>
      tool === 'echo'
        ? {
            name: 'echo',
            description: 'Says it again.',
            schema: { type: 'object', properties: { text: { type: 'string' } } },
          }
        : undefined,
    use: (_, { inputs }) =>
      Promise.resolve({ text: `echo ${JSON.stringify(inputs)}`, json: [inputs], files: [] }),
  };

  /** A file's bytes are its name. */
  readonly files: FlowFiles = {
    read: (file) => Promise.resolve(Buffer.from(file.name)),
    keep: ({ name, mimeType, bytes }) =>
      Promise.resolve({
        id: 'kept',
        kind: 'custom',
        method: 'tool_file',
        name,
        extension: '',
        mimeType,
        sizeBytes: bytes.length,
        url: '',
      }),
  };

  extractText(bytes: Uint8Array): Promise<string> {
    return Promise.resolve(Buffer.from(bytes).toString());
  }

  renderJinja(job: JinjaJob): Promise<string> {
    return Promise.resolve(job).then(renderJinja);
  }

  /** Runs the tests' own JavaScript where it stands. */
  async runCode({ code, inputs }: CodeJob): Promise<Json> {
    const main = runInNewContext(`${code}\nmain;`) as (inputs: JsonObject) => Json;
    return structuredClone(main(inputs));
  }

  /** Calls that nobody has ended or let go of. */
  get open(): number {
    return this.calls.filter(({ endedAt }) => endedAt === undefined).length;
  }

  async *chat(request: ChatRequest, call: ModelCall): AsyncGenerator<ChatEvent | Served> {
    const clock = this.#clock;
    const { pieces, firstMs = 0, everyMs = 0, error } = this.#scriptFor(call);
    const { nodeId, deadline } = call;
    const record: ScriptedCall = { nodeId, request, startedAt: clock.now(), deadline };
    const number = this.calls.push(record);
    try {
      yield { type: 'served', deployment: `PJ${number}`, attempts: 1, queueMs: 0 };
      yield { type: 'start', id: `reply-${number}`, model: request.model, created: 0 };
      yield { type: 'block-start', index: 0, block: { kind: 'text' } };
      for (const [i, piece] of pieces.entries()) {
        await sleep(clock, i === 0 ? firstMs : everyMs, call.signal);
        yield { type: 'block-delta', index: 0, delta: piece };
      }
      if (error) {
        yield { type: 'error', error };
        return;
      }
      yield { type: 'block-end', index: 0 };
      yield { type: 'usage', usage: { inputTokens: 10, outputTokens: pieces.length } };
      yield { type: 'finish', reason: 'stop', raw: 'stop' };
    } finally {
      record.endedAt = clock.now();
    }
  }
}

const nowhere = (): Promise<never> =>
  Promise.reject(new SpillwayError('node_failed', 'There is nothing outside.'));

/** A flow of a DSL text, every model of it served by the one group there is. */
export const flowOf = (text: string, options: Partial<PrepareOptions> = {}): Flow =>
  prepareFlow(parseApp(text, 'flow.yml'), {
    resolveModel: modelResolver({ groups: ['gpt-4.1'], mappings: [] }),
    ...options,
  });

const LONGEST_RUN_MS = 10_000;

/** A whole run, its clock driven until it ends; the events in order. Throws when it hangs. */
export const runToEnd = async (
  flow: Flow,
  clock: VirtualClock,
  options: Partial<RunOptions> & Pick<RunOptions, 'services'>,
): Promise<RunEvent[]> => {
  const events: RunEvent[] = [];
  const run = { ended: false };
  const read = async (): Promise<void> => {
    try {
      const ids = { run: 'run-1' };
      for await (const event of runFlow(flow, { query: 'Hi', inputs: {}, clock, ids, ...options }))
        events.push(event);
    } finally {
      run.ended = true;
    }
  };
  const reading = read();
  const start = clock.now();
  while (!run.ended) {
    if (clock.now() - start > LONGEST_RUN_MS) throw new Error('the run hangs');
    await clock.advance(1);
  }
  await reading;
  return events;
};

/** What `task` finds wrong, or what the flow that it makes tells of; a line each. */
export const findingsOf = (task: () => Flow | App): string[] => {
  try {
    const made = task();
    const findings = 'findings' in made ? made.findings : [];
    return findings.length === 0 ? [] : formatFindings(findings).split('\n');
  } catch (error) {
    if (error instanceof FindingsError && error.code === 'flow_invalid')
      return error.message.split('\n');
    throw error;
  }
};

/** What a person reads. */
export const answerOf = (events: readonly RunEvent[]): string =>
  events.map((event) => (event.type === 'answer-delta' ? event.text : '')).join('');

/** A small flow as DSL text. `nodes` is id → its `data`, `box/id` for one inside a container; `edges` is `from>to` or `from:handle>to`. */
export const dsl = (
  nodes: Readonly<Record<string, object>>,
  edges: readonly string[],
  more: object = {},
): string =>
  // JSON is YAML.
  JSON.stringify({
    version: '0.4.0',
    kind: 'app',
    app: { mode: 'advanced-chat', name: 'test' },
    workflow: {
      graph: {
        nodes: Object.entries(nodes).map(([path, data]) => {
          const [id, parentId] = path.split('/').toReversed();
          return {
            id,
            type: 'custom',
            ...(parentId && { parentId }),
            data: { title: id, ...data },
          };
        }),
        edges: edges.map((edge) => {
          const [from = '', target = ''] = edge.split('>');
          const [source = '', sourceHandle = 'source'] = from.split(':');
          return { source, sourceHandle, target };
        }),
      },
      ...more,
    },
  });

/** The `data` of an `llm` node that is asked `text`. */
export const llmData = (text = '{{#sys.query#}}', more: object = {}): object => ({
  type: 'llm',
  model: { provider: 'openai', name: 'gpt-4.1', mode: 'chat', completion_params: {} },
  prompt_template: [{ role: 'user', text }],
  context: { enabled: false, variable_selector: [] },
  vision: { enabled: false },
  ...more,
});
