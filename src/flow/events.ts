import type { ErrorCode } from '#core/errors.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { RoundsTold } from '#flow/nodes/node-type.ts';
import type { Spent } from '#flow/spent.ts';
import type { Selector } from '#flow/variables.ts';
import type { Usage } from '#wire/chat-event.ts';

/** Why a node or a run failed, in words that may be shown. */
export interface RunError {
  readonly code: ErrorCode;
  readonly message: string;
  /** Until it may go well, ms; where that is known. */
  readonly retryAfterMs?: number;
}

interface Happened {
  /** Since the run's start, ms. */
  readonly at: number;
}

/** The round of a container in which something happened. */
export interface Within {
  readonly nodeId: string;
  readonly kind: 'iteration' | 'loop';
  /** 0 for the first round. */
  readonly index: number;
}

interface OfNode extends Happened {
  readonly nodeId: string;
  /** Absent for a node of the flow itself. */
  readonly within?: Within;
}

/** Of one start of a node: a node of a container starts once a round. */
interface OfStep extends OfNode {
  /** 1 for the first node that started; never given twice in a run. */
  readonly step: number;
}

/** The first event of a run. */
export interface RunStart extends Happened {
  readonly type: 'run-start';
  readonly runId: string;
  readonly app: string;
  /** What `sys` has in this run. */
  readonly system: JsonObject;
  /** What its conversation has brought along, where that is anything. */
  readonly variables?: JsonObject;
}

export interface NodeStart extends OfStep {
  readonly type: 'node-start';
  readonly title: string;
  readonly nodeType: string;
  /** The node whose end let this one start. */
  readonly after?: string;
}

/** The node failed, and is tried again after its wait. */
export interface NodeRetry extends OfStep {
  readonly type: 'node-retry';
  readonly title: string;
  readonly nodeType: string;
  /** 1 for the first time that it is tried again. */
  readonly retry: number;
  readonly waitMs: number;
  readonly error: RunError;
}

/** A container knows how many rounds there will be at most. */
export interface RoundsStart extends OfStep {
  readonly type: 'rounds-start';
  readonly title: string;
  readonly nodeType: string;
  readonly rounds: number;
  readonly inputs: Readonly<Record<string, Json>>;
}

export interface RoundStart extends OfStep {
  readonly type: 'round-start';
  readonly title: string;
  readonly nodeType: string;
  readonly index: number;
}

/** A thing that an agent did: asked its model, or used a tool. */
export interface NodeLog extends OfStep {
  readonly type: 'node-log';
  readonly id: string;
  readonly parentId?: string;
  readonly label: string;
  readonly status: 'started' | 'succeeded' | 'failed';
  readonly data: JsonObject;
  readonly error?: string;
}

/** A conversation's variable, or a loop's, has another value. */
export interface VariableSet extends OfStep {
  readonly type: 'variable-set';
  readonly selector: Selector;
  readonly value: Json;
}

/** A model call of the node has a deployment: once per call, before its first delta. */
export interface NodeServed extends OfStep {
  readonly type: 'node-served';
  readonly deployment: string;
  readonly attempts: number;
  readonly queueMs: number;
  /** The gateway's id of the call: its decision is kept under it. */
  readonly callId?: string;
  /** What the vendor calls the call, where it says. */
  readonly upstreamId?: string;
  readonly model?: string;
}

/** A model call of the node is over, and came to this. */
export interface NodeSpent extends OfStep {
  readonly type: 'node-spent';
  readonly callId: string;
  readonly usage?: Usage;
  /** Nano-dollars, where that is known. */
  readonly costNanos?: number;
}

/** The output of a node in which a model's thoughts are, where they are apart from its answer. */
export const THOUGHTS = 'reasoning_content';

/** A piece of one of the node's outputs, before that output is whole. */
export interface NodeDelta extends OfStep {
  readonly type: 'node-delta';
  readonly output: string;
  readonly text: string;
}

export interface NodeFinish extends OfStep {
  readonly type: 'node-finish';
  readonly title: string;
  readonly nodeType: string;
  /** `exception`: it failed, and the flow says how to go on. `stopped`: the run ended before it did. */
  readonly status: 'succeeded' | 'failed' | 'exception' | 'stopped';
  readonly elapsedMs: number;
  /** What it read. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** What it did on the way, for people: a prompt, a request. */
  readonly process?: JsonObject;
  /** Empty unless the flow goes on from it. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** The handle that a branch chose. */
  readonly handle?: string;
  readonly usage?: Usage;
  /** What its model calls came to, nano-dollars, where that is known. */
  readonly costNanos?: number;
  /** A container's alone. */
  readonly rounds?: RoundsTold;
  readonly error?: RunError;
}

/** No branch that was taken leads to this node: it will not run. */
export interface NodeSkip extends OfNode {
  readonly type: 'node-skip';
}

/** A piece of the answer, in the order in which a person reads it. */
export interface AnswerDelta extends OfNode {
  readonly type: 'answer-delta';
  /** The response node whose template this fills; `nodeId` is the node that the text came from. */
  readonly responseId: string;
  /** Empty where the text comes from no variable. */
  readonly selector: readonly string[];
  readonly text: string;
}

/** What was said until now is taken back, and this is said instead. */
export interface AnswerReplace extends Happened {
  readonly type: 'answer-replace';
  readonly text: string;
  readonly reason: 'output_moderation';
}

/** The last event of a run, with what all of its model calls came to. */
export interface RunFinish extends Happened, Spent {
  readonly type: 'run-finish';
  /** `partial-succeeded`: some node failed in a way that the flow had foreseen. */
  readonly status: 'succeeded' | 'partial-succeeded' | 'failed' | 'stopped';
  /** What the response nodes left; a chatflow's `answer`. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Nodes that were started. */
  readonly steps: number;
  /** Failures that the flow had foreseen. */
  readonly exceptions: number;
  readonly error?: RunError;
  /** A word that the app neither hears nor says: the run did not begin, or was stopped for its answer. */
  readonly moderated?: 'input' | 'output';
}

export type RunEvent =
  | RunStart
  | NodeStart
  | NodeRetry
  | RoundsStart
  | RoundStart
  | NodeLog
  | VariableSet
  | NodeServed
  | NodeSpent
  | NodeDelta
  | NodeFinish
  | NodeSkip
  | AnswerDelta
  | AnswerReplace
  | RunFinish;

/** What happens between a run's first event and its last. */
export type StepEvent = Exclude<RunEvent, RunStart | AnswerReplace | RunFinish>;
