import type { Json } from '#core/json.ts';
import type { RunError, Within } from '#flow/events.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import type { FlowNode, Scope } from '#flow/prepare.ts';
import type { RunState } from '#flow/run-state.ts';
import type { Spent } from '#flow/spent.ts';
import type { VariablePool } from '#flow/variables.ts';

/** One graph to run: the flow's own, or a container's inside for one round. */
export interface Frame {
  readonly scope: Scope;
  readonly pool: VariablePool;
  /** What the root made of the caller's inputs. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly signal: AbortSignal | undefined;
  readonly within?: Within;
  /** How many containers are around it. */
  readonly nesting: number;
  /** Left out in a container: its run has the time. */
  readonly durationMs?: number;
}

export interface Ended {
  readonly status: 'succeeded' | 'failed' | 'stopped';
  readonly error?: RunError;
  /** What the response nodes left. */
  readonly outputs: Readonly<Record<string, Json>>;
  readonly isLast: boolean;
  /** By all model calls in it, and in what is inside its containers. */
  readonly spent: Spent;
  /** Since the run's start, ms: what it held may have been let go of a little later. */
  readonly endedMs: number;
}

/** Where a node runs. */
export interface Place {
  readonly run: RunState;
  readonly frame: Frame;
  readonly signal: AbortSignal;
}

export type NodeRunOf = (of: FlowNode, place: Place) => NodeRun<unknown>;
