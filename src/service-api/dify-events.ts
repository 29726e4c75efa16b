import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#core/json.ts';
import {
  type AnswerReplace,
  type NodeDelta,
  type NodeFinish,
  type NodeRetry,
  type NodeStart,
  type RunEvent,
  type RunFinish,
  type RunStart,
  THOUGHTS,
  type Within,
} from '#flow/events.ts';
import { usageValue } from '#flow/spent.ts';
import { agentThought } from '#service-api/agent-thought.ts';
import { priceOf, roundsMetadata, totalTokens } from '#service-api/dify-usage.ts';
import { filesIn, finishedData, runFailed, shown } from '#service-api/finished-run.ts';
import type { RunStartFacts } from '#service-api/runs.ts';

export interface DifyEventsOptions {
  readonly facts: RunStartFacts;
  /** `message`: a chatflow; `text`: a workflow; `plain`: an app without a workflow. */
  readonly style: 'message' | 'text' | 'plain' | 'agent';
}

/** Steps that Dify does not show: where the rounds of a container begin. */
const HIDDEN: ReadonlySet<string> = new Set(['iteration-start', 'loop-start']);
/** Shown by events of their own. */
const CONTAINERS: ReadonlySet<string> = new Set(['iteration', 'loop']);

/** A run's events → those of Dify's API, in its order and with its fields. */
export class DifyEvents {
  readonly #facts: RunStartFacts;
  readonly #style: DifyEventsOptions['style'];
  /** By step. */
  readonly #executions = new Map<
    number,
    { readonly id: string; readonly startedAt: number; readonly after: string | null }
  >();
  readonly #rounds = new Map<number, { readonly length: number; done: number }>();
  /** Steps whose model is thinking. */
  readonly #thinking = new Set<number>();
  #thoughts = 0;
  /** `sys.query` and its kin. */
  #system: JsonObject = {};

  constructor({ facts, style }: DifyEventsOptions) {
    this.#facts = facts;
    this.#style = style;
  }

  of(event: RunEvent): JsonObject[] {
    if (this.#style === 'plain' || this.#style === 'agent') return this.#plain(event);
    switch (event.type) {
      case 'run-start':
        return [this.#workflowStarted(event)];
      case 'node-start':
        return this.#nodeStarted(event);
      case 'rounds-start':
        this.#rounds.set(event.step, { length: event.rounds, done: 0 });
        return [
          this.#wrap(`${event.nodeType}_started`, {
            ...this.#container(event),
            metadata: { [`${event.nodeType}_length`]: event.rounds },
            inputs: shown(event.inputs),
            inputs_truncated: false,
          }),
        ];
      case 'round-start':
        return [
          this.#wrap(`${event.nodeType}_next`, {
            ...this.#container(event),
            index: event.index,
            ...(event.nodeType === 'loop' && { pre_loop_output: {} }),
          }),
        ];
      case 'node-delta':
        return event.output === THOUGHTS ? this.#thinks(event) : this.#thoughtOut(event);
      case 'node-retry':
        return [
          ...this.#thoughtOut(event),
          this.#wrap('node_retry', this.#finished(event, event.retry)),
        ];
      case 'node-finish':
        return [...this.#thoughtOut(event), ...this.#nodeFinished(event)];
      case 'node-log':
        return [this.#agentLog(event)];
      case 'answer-delta':
        return [this.#delta(event.text, event.selector)];
      case 'answer-replace':
        return this.#replaced(event);
      case 'run-finish':
        return this.#runFinished(event);
      default:
        return [];
    }
  }

  /** An error that ends the stream, in place of an end. */
  failed(error: {
    readonly code: string;
    readonly message: string;
    readonly status: number;
  }): JsonObject {
    return { ...this.#envelope('error'), ...error };
  }

  #now(at: number): number {
    return this.#facts.createdAt + Math.floor(at / 1000);
  }

  #envelope(event: string): JsonObject {
    const { taskId, id, conversationId, messageId, createdAt } = this.#facts;
    const isChat = this.#style !== 'text';
    return {
      event,
      task_id: taskId,
      ...(isChat
        ? {
            message_id: messageId ?? '',
            ...(conversationId !== undefined && { conversation_id: conversationId }),
            created_at: createdAt,
          }
        : { workflow_run_id: id }),
    };
  }

  #wrap(event: string, data: JsonObject): JsonObject {
    return { ...this.#envelope(event), workflow_run_id: this.#facts.id, data };
  }

  #workflowStarted({ system }: RunStart): JsonObject {
    const { id, workflowId, inputs, createdAt } = this.#facts;
    this.#system = Object.fromEntries(
      Object.entries(system).map(([name, value]) => [`sys.${name}`, value]),
    );
    const { 'sys.conversation_id': _, ...told } = this.#system;
    return this.#wrap('workflow_started', {
      id,
      workflow_id: workflowId,
      inputs: { ...told, ...inputs },
      created_at: createdAt,
      reason: 'initial',
    });
  }

  #nodeStarted(event: NodeStart): JsonObject[] {
    const startedAt = this.#now(event.at);
    const after = event.after ?? null;
    this.#executions.set(event.step, { id: randomUUID(), startedAt, after });
    if (HIDDEN.has(event.nodeType) || CONTAINERS.has(event.nodeType)) return [];
    return [
      this.#wrap('node_started', {
        ...this.#node(event),
        predecessor_node_id: after,
        inputs: null,
        inputs_truncated: false,
        created_at: startedAt,
        extras: {},
        parallel_id: null,
        parallel_start_node_id: null,
        parent_parallel_id: null,
        parent_parallel_start_node_id: null,
        agent_strategy: null,
      }),
    ];
  }

  #node({ step, nodeId, nodeType, title, within }: NodeStart | NodeFinish | NodeRetry): JsonObject {
    return {
      id: this.#executions.get(step)?.id ?? nodeId,
      node_id: nodeId,
      node_type: nodeType,
      title,
      index: step,
      ...owner(within),
    };
  }

  #container(event: {
    step: number;
    nodeId: string;
    nodeType: string;
    title: string;
    at: number;
  }): JsonObject {
    const { nodeId, nodeType, title, step, at } = event;
    return {
      id: this.#executions.get(step)?.id ?? nodeId,
      node_id: nodeId,
      node_type: nodeType,
      title,
      created_at: this.#executions.get(step)?.startedAt ?? this.#now(at),
      extras: {},
    };
  }

  #nodeFinished(event: NodeFinish): JsonObject[] {
    if (HIDDEN.has(event.nodeType)) return [];
    const rounds = this.#rounds.get(event.step);
    if (!rounds) return [this.#wrap('node_finished', this.#finished(this.#begun(event)))];
    const { nodeType, outputs, inputs, status, error, elapsedMs, rounds: told, at } = event;
    return [
      this.#wrap(`${nodeType}_completed`, {
        ...this.#container(event),
        outputs: shown(outputs),
        outputs_truncated: false,
        inputs: shown(inputs),
        inputs_truncated: false,
        status: status === 'succeeded' ? 'succeeded' : 'failed',
        error: error?.message ?? null,
        elapsed_time: elapsedMs / 1000,
        total_tokens: totalTokens(told?.spent.usage),
        execution_metadata: roundsMetadata(nodeType, told),
        finished_at: this.#now(at),
        steps: rounds.length,
      }),
    ];
  }

  /** Where a flow begins Dify shows what the run itself has. */
  #begun(event: NodeFinish): NodeFinish {
    if (event.nodeType !== 'start') return event;
    const all = { ...event.outputs, ...this.#system };
    return { ...event, inputs: all, outputs: all };
  }

  #finished(event: NodeFinish | NodeRetry, retry?: number): JsonObject {
    const isEnd = event.type === 'node-finish';
    const usage = isEnd ? event.usage : undefined;
    const outputs = isEnd ? event.outputs : {};
    const status = !isEnd ? 'retry' : event.status === 'stopped' ? 'failed' : event.status;
    const stopped = isEnd && event.status === 'stopped' ? 'Workflow execution aborted' : null;
    return {
      ...this.#node(event),
      predecessor_node_id: this.#executions.get(event.step)?.after ?? null,
      inputs: isEnd ? shown(event.inputs) : null,
      inputs_truncated: false,
      process_data: isEnd ? (event.process ?? {}) : {},
      process_data_truncated: false,
      outputs: shown(outputs),
      outputs_truncated: false,
      status,
      error: event.error?.message ?? stopped,
      elapsed_time: isEnd ? event.elapsedMs / 1000 : 0,
      execution_metadata: {
        total_tokens: totalTokens(usage),
        total_price: isEnd ? priceOf(event) : '0',
        currency: 'USD',
      },
      created_at: this.#executions.get(event.step)?.startedAt ?? this.#now(event.at),
      finished_at: this.#now(event.at),
      files: filesIn(outputs),
      parallel_id: null,
      parallel_start_node_id: null,
      ...(retry !== undefined && { retry_index: retry }),
    };
  }

  #agentLog(event: Extract<RunEvent, { type: 'node-log' }>): JsonObject {
    return this.#wrap('agent_log', {
      node_execution_id: this.#executions.get(event.step)?.id ?? '',
      id: event.id,
      label: event.label,
      parent_id: event.parentId ?? null,
      error: event.error ?? null,
      status:
        event.status === 'started' ? 'start' : event.status === 'failed' ? 'error' : 'success',
      data: event.data,
      metadata: {},
      node_id: event.nodeId,
    });
  }

  /** A piece of what a model thinks apart from its answer. */
  #thinks({ step, nodeId, text }: NodeDelta): JsonObject[] {
    this.#thinking.add(step);
    return [this.#thought(nodeId, text, false)];
  }

  /** It thinks no more, where it did. */
  #thoughtOut({ step, nodeId }: NodeDelta | NodeFinish | NodeRetry): JsonObject[] {
    return this.#thinking.delete(step) ? [this.#thought(nodeId, '', true)] : [];
  }

  #thought(nodeId: string, reasoning: string, isFinal: boolean): JsonObject {
    const { messageId } = this.#facts;
    const data = { reasoning, node_id: nodeId, is_final: isFinal };
    return {
      ...this.#envelope('reasoning_chunk'),
      data: { ...(this.#style === 'message' && { message_id: messageId ?? '' }), ...data },
    };
  }

  #delta(text: string, selector: readonly string[]): JsonObject {
    if (this.#style === 'text')
      return {
        ...this.#envelope('text_chunk'),
        data: { text, from_variable_selector: [...selector] },
      };
    return {
      ...this.#envelope('message'),
      id: this.#facts.messageId ?? '',
      answer: text,
      from_variable_selector: selector.length === 0 ? null : [...selector],
    };
  }

  #replaced({ text, reason }: AnswerReplace): JsonObject[] {
    return [{ ...this.#envelope('message_replace'), answer: text, reason }];
  }

  #runFinished(event: RunFinish): JsonObject[] {
    // Nothing has begun: there is no workflow that could end.
    if (event.moderated === 'input') return [this.#messageEnd(event)];
    const finished = this.#wrap('workflow_finished', finishedData(this.#facts, event));
    if (this.#style === 'text') return [finished];
    if (event.status === 'failed') return [finished, this.failed(runFailed(event))];
    return [finished, this.#messageEnd(event)];
  }

  #messageEnd(event: RunFinish): JsonObject {
    return {
      ...this.#envelope('message_end'),
      id: this.#facts.messageId ?? '',
      metadata: {
        annotation_reply: null,
        retriever_resources: [],
        usage: usageValue(event, { latencyMs: event.at }),
      },
      files: filesIn(event.outputs),
    };
  }

  /** A picture that a model has drawn, or what a tool has left, in an app without a workflow. */
  #file(file: JsonObject): JsonObject {
    return {
      ...this.#envelope('message_file'),
      id: file['id'] ?? '',
      type: file['type'] ?? 'custom',
      belongs_to: 'assistant',
      url: file['url'] ?? '',
    };
  }

  /** Apps without a workflow say only what is said. */
  #plain(event: RunEvent): JsonObject[] {
    if (event.type === 'answer-delta') {
      const { messageId: id = '' } = this.#facts;
      const name = this.#style === 'agent' ? 'agent_message' : 'message';
      return [{ ...this.#envelope(name), id, answer: event.text }];
    }
    const thought = agentThought(event, this.#thoughts + 1);
    if (thought && event.type === 'node-log') {
      this.#thoughts++;
      const files = filesIn(event.data).map((file) => this.#file(file));
      return [...files, { ...this.#envelope('agent_thought'), ...thought }];
    }
    if (event.type === 'answer-replace') return this.#replaced(event);
    if (event.type === 'node-finish' && event.nodeType === 'llm')
      return filesIn(event.outputs).map((file) => this.#file(file));
    if (event.type !== 'run-finish') return [];
    return [event.status === 'failed' ? this.failed(runFailed(event)) : this.#messageEnd(event)];
  }
}

const owner = (within: Within | undefined): JsonObject => ({
  iteration_id: within?.kind === 'iteration' ? within.nodeId : null,
  loop_id: within?.kind === 'loop' ? within.nodeId : null,
  ...(within && { [`${within.kind}_index`]: within.index }),
});
