import type { Json, JsonObject } from '#core/json.ts';
import type { z } from '#core/schema.ts';
import type { FlowServices, Served } from '#flow/ports.ts';
import type { Segment } from '#flow/template.ts';
import type { Selector } from '#flow/variables.ts';
import type { Usage } from '#wire/chat-event.ts';

export type ValueType = 'string' | 'number' | 'boolean' | 'object' | 'file' | 'array';

/** A model in the DSL's words. */
export interface ModelRef {
  readonly provider: string;
  readonly name: string;
}

/**
 * A node type is a value of this shape: one file, default export, listed once in `index.ts`.
 * All but `run` is asked before a run: the graph is checked, skips and the answer's order are
 * computed from it, and no other file compares the names of node types.
 */
export interface NodeType<Config> {
  /** The DSL's word for it: `template-transform`. */
  readonly type: string;
  /** Reads the DSL's `data`; what it does not name is no fault. */
  readonly config: z.ZodType<Config>;
  /** What it leaves in the pool. */
  outputs(config: Config): Readonly<Record<string, ValueType>>;
  /** What it reads. */
  reads(config: Config): readonly Selector[];
  /** Fields that are switched on and that this program cannot honour yet, as paths: `vision.enabled`. */
  unsupported?(config: Config): readonly string[];
  /** The models that it calls. */
  models?(config: Config): readonly ModelRef[];
  /** Outgoing handles in the DSL's words; left out: every edge is taken. A branch has one per case. */
  handles?(config: Config): readonly string[];
  /** What it says to the person who asked, while and after others run. */
  response?(config: Config): readonly Segment[];
  /**
   * A root's alone: what the caller gave → the node's `inputs`. Throws SpillwayError
   * `invalid_request` with `param` set.
   */
  accept?(config: Config, given: JsonObject): Readonly<Record<string, Json>>;
  /** A throw fails the node; what follows from that is for the engine to decide. */
  run(node: NodeRun<Config>): AsyncGenerator<NodeEvent, NodeResult>;
}

/** All that a running node may touch. What is not here, a node cannot do. */
export interface NodeRun<Config> {
  readonly id: string;
  readonly runId: string;
  readonly config: Config;
  readonly signal: AbortSignal;
  /** When the run is over at the latest, monotonic ms. */
  readonly deadline: number;
  readonly services: FlowServices;
  /** What `accept` made of the caller's inputs; empty for every node but the root. */
  readonly inputs: Readonly<Record<string, Json>>;
  read(selector: Selector): Json | undefined;
  /** Fills a template, for a prompt or for an answer. Throws SpillwayError `too_large`. */
  render(template: readonly Segment[], as: 'text' | 'markdown'): string;
  /** The model group that a model of the DSL stands for. */
  groupOf(model: ModelRef): string;
}

/** `delta` is a piece of a named output before that output is whole. */
export type NodeEvent =
  | { readonly type: 'delta'; readonly output: string; readonly text: string }
  | Served;

export interface NodeResult {
  readonly outputs: Readonly<Record<string, Json>>;
  /** The handle that a branch chose. */
  readonly handle?: string;
  readonly usage?: Usage;
}
