import type { NodeFinish, NodeLog, RunError, RunEvent, Within } from '#flow/events.ts';

export type NodeState = 'running' | 'succeeded' | 'failed' | 'exception' | 'stopped' | 'skipped';

/** One node, as far as its run has come; of a node in a container, its newest round. */
export interface NodeRun {
  readonly state: NodeState;
  readonly deployment?: string;
  readonly queueMs?: number;
  readonly elapsedMs?: number;
  readonly text: string;
  /** The way that a branch has taken. */
  readonly handle?: string;
  /** Rounds of a container that have begun, and how many there will be at most. */
  readonly rounds?: { readonly begun: number; readonly of?: number };
}

/** A model call of a node, and who served it. */
export interface CallSeen {
  readonly deployment: string;
  readonly model?: string;
  readonly callId?: string;
  /** The vendor's own name for it. */
  readonly upstreamId?: string;
  readonly queueMs: number;
  readonly attempts: number;
}

/** One start of a node: a row of the trace. */
export interface TraceStep {
  readonly step: number;
  readonly nodeId: string;
  readonly title: string;
  readonly nodeType: string;
  readonly within?: Within;
  readonly startMs: number;
  readonly elapsedMs?: number;
  readonly state: NodeState;
  /** From its start to its first streamed text, ms. */
  readonly firstMs?: number;
  readonly calls: readonly CallSeen[];
  readonly logs: readonly NodeLog[];
  readonly retries: number;
  readonly finish?: NodeFinish;
  readonly error?: RunError | undefined;
}

export interface RunSeen {
  readonly state: 'idle' | 'running' | 'succeeded' | 'partial-succeeded' | 'failed' | 'stopped';
  readonly nodes: ReadonlyMap<string, NodeRun>;
  readonly steps: readonly TraceStep[];
  readonly answer: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly elapsedMs?: number | undefined;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costNanos?: number | undefined;
  readonly error?: RunError | undefined;
}

export const NOT_RUN: RunSeen = { state: 'idle', nodes: new Map(), steps: [], answer: '' };

/** More text of one node than a page shows is not kept, characters. */
const LONGEST_TEXT = 200_000;

/** A run's events, one after the other → what a page shows of it. */
export class RunProgress {
  readonly #nodes = new Map<string, NodeRun>();
  readonly #steps = new Map<number, TraceStep>();
  #end: Partial<RunSeen> = {};
  #answer = '';

  take(event: RunEvent): void {
    if (event.type === 'run-start') return;
    if (event.type === 'answer-delta') this.#answer += event.text;
    else if (event.type === 'answer-replace') this.#answer = event.text;
    else if (event.type === 'run-finish') {
      const { status, outputs, at, usage, costNanos, error } = event;
      const tokens = usage && {
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
      };
      this.#end = { state: status, outputs, elapsedMs: at, ...tokens, costNanos, error };
    } else if (event.type === 'node-skip') this.#amendNode(event.nodeId, { state: 'skipped' });
    else this.#takeStep(event);
  }

  /** As it stands now; another object each time. */
  seen(): RunSeen {
    return {
      state: 'running',
      nodes: new Map(this.#nodes),
      steps: [...this.#steps.values()],
      answer: this.#answer,
      ...this.#end,
    };
  }

  /** Nothing more will come, and no end has come either. */
  breakOff(): void {
    this.#end = { state: 'failed', ...this.#end };
  }

  #takeStep(event: StepEvent): void {
    const { nodeId, step } = event;
    switch (event.type) {
      case 'node-start': {
        const { title, nodeType, within, at } = event;
        this.#nodes.set(nodeId, { state: 'running', text: '' });
        const row = { step, nodeId, title, nodeType, startMs: at, state: 'running' as const };
        const nothing = { calls: [], logs: [], retries: 0 };
        this.#steps.set(step, { ...row, ...nothing, ...(within && { within }) });
        return;
      }
      case 'node-served': {
        const { deployment, queueMs } = event;
        this.#amendNode(nodeId, { deployment, queueMs });
        this.#amendStep(step, ({ calls }) => ({ calls: [...calls, event] }));
        return;
      }
      case 'node-delta': {
        // Thoughts are shown with what the node leaves.
        if (event.output === 'reasoning_content') return;
        const text = (this.#nodes.get(nodeId)?.text ?? '') + event.text;
        this.#amendNode(nodeId, { text: text.slice(0, LONGEST_TEXT) });
        this.#amendStep(step, ({ firstMs, startMs }) => ({
          firstMs: firstMs ?? event.at - startMs,
        }));
        return;
      }
      case 'rounds-start':
        this.#amendNode(nodeId, { rounds: { begun: 0, of: event.rounds } });
        return;
      case 'round-start': {
        const before = this.#nodes.get(nodeId)?.rounds ?? { begun: 0 };
        this.#amendNode(nodeId, { rounds: { ...before, begun: before.begun + 1 } });
        return;
      }
      case 'node-retry':
        this.#amendStep(step, () => ({ retries: event.retry, error: event.error }));
        return;
      case 'node-log':
        this.#amendStep(step, ({ logs }) => ({
          logs: [...logs.filter(({ id }) => id !== event.id), event],
        }));
        return;
      case 'node-finish':
        this.#finish(event);
    }
  }

  #finish(event: NodeFinish): void {
    const { nodeId, step, status, elapsedMs, handle = 'source', error } = event;
    const way = status === 'exception' && event.handle === undefined ? 'fail-branch' : handle;
    this.#amendNode(nodeId, { state: status, elapsedMs, handle: way });
    this.#amendStep(step, () => ({ state: status, elapsedMs, finish: event, error }));
  }

  #amendNode(nodeId: string, change: Partial<NodeRun>): void {
    const before = this.#nodes.get(nodeId) ?? { state: 'running' as const, text: '' };
    this.#nodes.set(nodeId, { ...before, ...change });
  }

  #amendStep(step: number, change: (row: TraceStep) => Partial<TraceStep>): void {
    const row = this.#steps.get(step);
    if (row) this.#steps.set(step, { ...row, ...change(row) });
  }
}

type StepEvent = Exclude<
  RunEvent,
  { readonly type: 'run-start' | 'run-finish' | 'answer-delta' | 'answer-replace' | 'node-skip' }
>;
