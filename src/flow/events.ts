import type { ErrorCode } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import type { Selector } from '#flow/variables.ts';
import type { Usage } from '#wire/chat-event.ts';

/** Why a node or a run failed, in words that may be shown. */
export interface RunError {
  readonly code: ErrorCode;
  readonly message: string;
}

interface Happened {
  /** Since the run's start, ms. */
  readonly at: number;
}

interface OfNode extends Happened {
  readonly nodeId: string;
}

/** The first event of a run. */
export interface RunStart extends Happened {
  readonly type: 'run-start';
  readonly runId: string;
  readonly app: string;
}

export interface NodeStart extends OfNode {
  readonly type: 'node-start';
  readonly title: string;
  readonly nodeType: string;
  /** 1 for the first node that started. */
  readonly step: number;
}

/** A model call of the node has a deployment: once per call, before its first delta. */
export interface NodeServed extends OfNode {
  readonly type: 'node-served';
  readonly deployment: string;
  readonly attempts: number;
  readonly queueMs: number;
}

/** A piece of one of the node's outputs, before that output is whole. */
export interface NodeDelta extends OfNode {
  readonly type: 'node-delta';
  readonly output: string;
  readonly text: string;
}

export interface NodeFinish extends OfNode {
  readonly type: 'node-finish';
  readonly title: string;
  readonly nodeType: string;
  /** `stopped`: the run ended while this node was under way. */
  readonly status: 'succeeded' | 'failed' | 'stopped';
  readonly elapsedMs: number;
  /** Empty unless the node succeeded. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** The handle that a branch chose. */
  readonly handle?: string;
  readonly usage?: Usage;
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
  readonly selector: Selector;
  readonly text: string;
}

/** The last event of a run. */
export interface RunFinish extends Happened {
  readonly type: 'run-finish';
  readonly status: 'succeeded' | 'failed' | 'stopped';
  /** What the response nodes left; a chatflow's `answer`. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Nodes that were started. */
  readonly steps: number;
  /** All model calls of the run together; absent when none reported any. */
  readonly usage?: Usage;
  readonly error?: RunError;
}

export type RunEvent =
  | RunStart
  | NodeStart
  | NodeServed
  | NodeDelta
  | NodeFinish
  | NodeSkip
  | AnswerDelta
  | RunFinish;
