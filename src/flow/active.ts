import type { Within } from '#flow/events.ts';
import type { NodeEvent, NodeResult } from '#flow/nodes/node-type.ts';
import type { FlowNode } from '#flow/prepare.ts';

export type Generator = AsyncGenerator<NodeEvent, NodeResult>;

/** A node under way. */
export interface Active {
  readonly of: FlowNode;
  readonly step: number;
  /** Since the run's start, ms. */
  readonly startMs: number;
  generator: Generator;
  streamedChars: number;
  retries: number;
  /** Failed, and waits until it is tried again. */
  isWaiting: boolean;
}

/** What a node came up with when it was asked for its next event, or that its wait is over. */
export type Arrival = { readonly active: Active } & (
  | { readonly result: IteratorResult<NodeEvent, NodeResult> }
  | { readonly thrown: unknown }
  | { readonly again: true }
);

/** What every event of a node says of it. */
export const stepOf = ({ of, step }: Active, within: Within | undefined) => ({
  nodeId: of.node.id,
  step,
  ...(within && { within }),
});

export const nameOf = ({ of: { node } }: Active) => ({ title: node.title, nodeType: node.type });
