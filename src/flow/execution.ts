import { type Clock, sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import type { NodeFinish, RunError, RunEvent, RunFinish } from '#flow/events.ts';
import type { FlowLimits } from '#flow/limits.ts';
import type { NodeEvent, NodeResult, NodeRun } from '#flow/nodes/node-type.ts';
import type { FlowServices } from '#flow/ports.ts';
import type { Flow, FlowNode } from '#flow/prepare.ts';
import { asMarkdown, asText } from '#flow/show.ts';
import { Schedule } from '#flow/schedule.ts';
import { fillTemplate } from '#flow/template.ts';
import type { VariablePool } from '#flow/variables.ts';
import type { Usage } from '#wire/chat-event.ts';

export interface ExecutionOptions {
  readonly flow: Flow;
  /** What the root made of the caller's inputs. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly pool: VariablePool;
  readonly limits: FlowLimits;
  readonly services: FlowServices;
  readonly clock: Clock;
  readonly runId: string;
  readonly signal?: AbortSignal;
}

/** A node under way. */
interface Active {
  readonly of: FlowNode;
  readonly generator: AsyncGenerator<NodeEvent, NodeResult>;
  /** Since the run's start, ms. */
  readonly startMs: number;
  streamedChars: number;
}

/** What a node came up with when it was asked for its next event. */
type Arrival = { readonly active: Active } & (
  | { readonly result: IteratorResult<NodeEvent, NodeResult> }
  | { readonly thrown: unknown }
);

interface Ending {
  readonly status: RunFinish['status'];
  readonly error?: RunError;
}

/** How long the nodes of a run that has ended may take to let go of what they hold. */
const CLOSE_GRACE_MS = 1000;

/**
 * The engine. Nodes run side by side; whatever they come up with is handled here, one thing after
 * the other, so that variables and schedule have one writer.
 */
export class Execution {
  readonly #options: ExecutionOptions;
  readonly #schedule: Schedule;
  readonly #abort = new AbortController();
  readonly #active = new Map<string, Active>();
  readonly #open = new Set<Active['generator']>();
  readonly #arrivals: Arrival[] = [];
  #wake: () => void = () => {};
  #startedAt = 0;
  #steps = 0;
  #outputs: Readonly<Record<string, Json>> = {};
  #usage: Usage | undefined;
  #ending: Ending | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.flow.graph, new Set(options.flow.nodes.keys()));
  }

  /** Once. Leaves nothing running behind, wherever its reader stops. */
  async *events(): AsyncGenerator<RunEvent, void> {
    const { flow, clock, limits, signal, runId } = this.#options;
    this.#startedAt = clock.now();
    const cancelTimer = clock.after(limits.durationMs, () => this.#end(overdue(limits)));
    const stop = (): void => this.#end({ status: 'stopped' });
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      yield { type: 'run-start', at: 0, runId, app: flow.app.name };
      yield* this.#launch([flow.root.node.id]);
      while (!this.#ending && this.#active.size > 0) {
        const arrival = this.#arrivals.shift();
        if (!arrival) await this.#somethingNew();
        else {
          yield* this.#handle(arrival);
          if (this.#active.has(arrival.active.of.node.id) && !this.#ending)
            void this.#pull(arrival.active);
        }
      }
      yield* this.#finish(this.#ending ?? { status: 'succeeded' });
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', stop);
      this.#end({ status: 'stopped' });
      await this.#close();
    }
  }

  #at(): number {
    return this.#options.clock.now() - this.#startedAt;
  }

  /** The first ending counts. Aborts what is under way. */
  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#abort.abort(new SpillwayError('client_closed', 'The run has ended.'));
    this.#wake();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Starts all of them before any of their events is read. */
  #launch(nodeIds: readonly string[]): RunEvent[] {
    const { flow, limits } = this.#options;
    return nodeIds.flatMap((nodeId): RunEvent[] => {
      const of = flow.nodes.get(nodeId);
      if (!of || this.#ending) return [];
      if (this.#steps === limits.steps) {
        this.#end(tooManySteps(limits));
        return [];
      }
      const at = this.#at();
      const generator = of.type.run(this.#nodeRun(of));
      const active = { of, generator, startMs: at, streamedChars: 0 };
      this.#active.set(nodeId, active);
      this.#open.add(generator);
      void this.#pull(active);
      const { title, type: nodeType } = of.node;
      return [{ type: 'node-start', at, nodeId, title, nodeType, step: ++this.#steps }];
    });
  }

  #nodeRun({ node, config }: FlowNode): NodeRun<unknown> {
    const { flow, inputs, pool, limits, services, runId } = this.#options;
    return {
      id: node.id,
      runId,
      config,
      signal: this.#abort.signal,
      deadline: this.#startedAt + limits.durationMs,
      services,
      inputs: node.id === flow.root.node.id ? inputs : {},
      read: (selector) => pool.read(selector),
      render: (template, as) =>
        fillTemplate(template, {
          read: (selector) => pool.read(selector),
          show: as === 'markdown' ? asMarkdown : asText,
          limitChars: limits.nodeChars,
        }),
      groupOf: flow.groupOf,
    };
  }

  async #pull(active: Active): Promise<void> {
    const { generator } = active;
    try {
      const result = await generator.next();
      if (result.done) this.#open.delete(generator);
      this.#arrivals.push({ active, result });
    } catch (thrown) {
      this.#open.delete(generator);
      this.#arrivals.push({ active, thrown });
    }
    this.#wake();
  }

  #handle(arrival: Arrival): RunEvent[] {
    const { active } = arrival;
    try {
      if ('thrown' in arrival) throw arrival.thrown;
      return arrival.result.done
        ? this.#succeed(active, arrival.result.value)
        : [this.#report(active, arrival.result.value)];
    } catch (thrown) {
      return [this.#fail(active, SpillwayError.from(thrown))];
    }
  }

  #report(active: Active, event: NodeEvent): RunEvent {
    const at = this.#at();
    const nodeId = active.of.node.id;
    if (event.type === 'served') return { ...event, type: 'node-served', at, nodeId };
    const { nodeChars } = this.#options.limits;
    active.streamedChars += event.text.length;
    if (active.streamedChars > nodeChars)
      throw new SpillwayError('too_large', `It streamed more than ${nodeChars} characters.`);
    return { type: 'node-delta', at, nodeId, output: event.output, text: event.text };
  }

  #succeed(active: Active, result: NodeResult): RunEvent[] {
    const { node, type, config } = active.of;
    const branches = type.handles?.(config);
    const { outputs, handle, usage } = result;
    if (branches && (handle === undefined || !branches.includes(handle)))
      throw new SpillwayError('node_failed', 'It chose none of its branches.');
    this.#options.pool.write(node.id, outputs);
    if (type.response) this.#outputs = joined(this.#outputs, outputs);
    if (usage) this.#usage = sum(this.#usage, usage);
    const { ready, skipped } = this.#schedule.finish(node.id, branches && handle);
    const finish = this.#leave(active, {
      status: 'succeeded',
      outputs,
      ...(branches && handle !== undefined && { handle }),
      ...(usage && { usage }),
    });
    const at = this.#at();
    const skips = skipped.map((nodeId) => ({ type: 'node-skip', at, nodeId }) as const);
    return [finish, ...skips, ...this.#launch(ready)];
  }

  #fail(active: Active, { code, message }: SpillwayError): RunEvent {
    const name = JSON.stringify(active.of.node.title);
    this.#end({ status: 'failed', error: { code, message: `Node ${name} failed: ${message}` } });
    return this.#leave(active, { status: 'failed', outputs: {}, error: { code, message } });
  }

  #leave(
    { of, startMs }: Active,
    end: Pick<NodeFinish, 'status' | 'outputs' | 'handle' | 'usage' | 'error'>,
  ): NodeFinish {
    const { id: nodeId, title, type: nodeType } = of.node;
    const at = this.#at();
    this.#active.delete(nodeId);
    return { type: 'node-finish', at, nodeId, title, nodeType, elapsedMs: at - startMs, ...end };
  }

  #finish(ending: Ending): RunEvent[] {
    const stopped = [...this.#active.values()].map((active) =>
      this.#leave(active, { status: 'stopped', outputs: {} }),
    );
    const finish: RunFinish = {
      type: 'run-finish',
      at: this.#at(),
      outputs: this.#outputs,
      steps: this.#steps,
      ...(this.#usage && { usage: this.#usage }),
      ...ending,
    };
    return [...stopped, finish];
  }

  /** Closes every generator; one that ignores the abort is waited for no longer than the grace. */
  async #close(): Promise<void> {
    if (this.#open.size === 0) return;
    const closed = new AbortController();
    const closing = [...this.#open].map((generator) => generator.return({ outputs: {} }));
    await Promise.race([
      Promise.allSettled(closing).then(() => closed.abort()),
      sleep(this.#options.clock, CLOSE_GRACE_MS, closed.signal).catch(() => {}),
    ]);
  }
}

const overdue = ({ durationMs }: FlowLimits): Ending => ({
  status: 'failed',
  error: { code: 'timeout', message: `The run took longer than ${durationMs / 1000} s.` },
});

const tooManySteps = ({ steps }: FlowLimits): Ending => ({
  status: 'failed',
  error: { code: 'too_large', message: `The run takes more than ${steps} steps.` },
});

/** Several response nodes may speak: their texts follow each other as the nodes ended. */
const joined = (
  before: Readonly<Record<string, Json>>,
  after: Readonly<Record<string, Json>>,
): Record<string, Json> => {
  const all: Record<string, Json> = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const old = all[name];
    all[name] = typeof old === 'string' && typeof value === 'string' ? old + value : value;
  }
  return all;
};

const sum = (a: Usage | undefined, b: Usage): Usage => ({
  inputTokens: (a?.inputTokens ?? 0) + b.inputTokens,
  outputTokens: (a?.outputTokens ?? 0) + b.outputTokens,
});
