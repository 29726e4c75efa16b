import type { Json, JsonObject } from '#core/json.ts';
import type { z } from '#core/schema.ts';
import type { RunError, StepEvent, Within } from '#flow/events.ts';
import type { FlowLimits } from '#flow/limits.ts';
import type { CallSpent, FlowServices, Served } from '#flow/ports.ts';
import type { Spent } from '#flow/spent.ts';
import type { Segment } from '#flow/template.ts';
import type { ReadVariable, Selector } from '#flow/variables.ts';

export type ValueType = 'string' | 'number' | 'boolean' | 'object' | 'file' | 'array' | 'any';

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
  /** The variables beyond its own outputs that it sets: a conversation's, a loop's. */
  sets?(config: Config): readonly Selector[];
  /** Outgoing handles in the DSL's words; left out: every edge is taken. A branch has one per case. */
  handles?(config: Config): readonly string[];
  /** What it says to the person who asked, while and after others run. */
  response?(config: Config): readonly Segment[];
  /** A container's alone: where its rounds begin, when the DSL says so. */
  inside?(config: Config): { readonly startId?: string };
  /** Whether a container's rounds begin here. */
  readonly begins?: true;
  /**
   * A root's alone: what the caller gave → the node's `inputs`. Throws SpillwayError
   * `invalid_request` with `param` set.
   */
  accept?(config: Config, given: JsonObject): Readonly<Record<string, Json>>;
  /** A throw fails the node; what follows from that is for the engine to decide. */
  run(node: NodeRun<Config>): AsyncGenerator<NodeEvent, NodeResult>;
}

/** What was said in a conversation before. */
export interface Turn {
  readonly query: string;
  readonly answer: string;
}

/** One pass through what is inside a container. */
export interface RoundOptions {
  readonly index: number;
  readonly kind: 'iteration' | 'loop';
  /** The container's own variables for this round, under its id. */
  readonly variables: Readonly<Record<string, Json>>;
}

export interface RoundResult {
  readonly status: 'succeeded' | 'failed' | 'stopped';
  readonly error?: RunError;
  /** What stood inside when the round was over. */
  readonly read: ReadVariable;
  /** The container's own variables then. */
  readonly variables: Readonly<Record<string, Json>>;
  /** What the response nodes inside left. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** A node inside said that there shall be no further round. */
  readonly isLast: boolean;
  /** By all model calls inside. */
  readonly spent: Spent;
  readonly elapsedMs: number;
}

/** What a container's rounds came to. */
export interface RoundsTold {
  /** In the order of the rounds. */
  readonly durationsMs: readonly number[];
  /** By all model calls inside: they stand in the run's sum already. */
  readonly spent: Spent;
  /** A loop's alone: its variables after each round, of the first rounds where all are too much. */
  readonly variables?: readonly Readonly<Record<string, Json>>[];
  /** A loop's alone: whether it ended before its last round. */
  readonly isBroken?: boolean;
}

/** All that a running node may touch. What is not here, a node cannot do. */
export interface NodeRun<Config> {
  readonly id: string;
  readonly runId: string;
  readonly config: Config;
  readonly signal: AbortSignal;
  /** When the run is over at the latest, monotonic ms. */
  readonly deadline: number;
  readonly limits: FlowLimits;
  readonly services: FlowServices;
  /** What `accept` made of the caller's inputs; empty for every node but the root. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** What was said before in this conversation, the oldest first. */
  readonly history: readonly Turn[];
  /** How many flows stand above this run. */
  readonly depth: number;
  /** The round that it runs in; absent in the flow itself. */
  readonly within?: Within;
  /** Whether a failure has a way of its own out of the node, or is tried again. */
  readonly isGuarded: boolean;
  readonly read: ReadVariable;
  /** What the app declares of a variable of its conversation or of a loop, in the DSL's words. */
  readonly declaredType: (selector: Selector) => string | undefined;
  /** Fills a template, for a prompt or for an answer. Throws SpillwayError `too_large`. */
  readonly render: (template: readonly Segment[], as: 'text' | 'markdown') => string;
  /** The model group that a model of the DSL stands for. */
  readonly groupOf: (model: ModelRef) => string;
  /** Containers only. Throws SpillwayError `too_large` when containers nest too deep. */
  readonly round: (options: RoundOptions) => AsyncGenerator<StepEvent, RoundResult>;
}

export type NodeEvent =
  /** A piece of a named output before that output is whole. */
  | { readonly type: 'delta'; readonly output: string; readonly text: string }
  | Served
  | CallSpent
  | {
      readonly type: 'log';
      readonly id: string;
      readonly parentId?: string;
      readonly label: string;
      readonly status: 'started' | 'succeeded' | 'failed';
      readonly data: JsonObject;
      readonly error?: string;
    }
  | {
      readonly type: 'rounds';
      readonly count: number;
      readonly inputs: Readonly<Record<string, Json>>;
    }
  | { readonly type: 'round'; readonly index: number }
  /** Something that happened inside a container. */
  | { readonly type: 'inner'; readonly event: StepEvent };

export interface NodeResult extends Spent {
  readonly outputs: Readonly<Record<string, Json>>;
  /** The handle that a branch chose. */
  readonly handle?: string;
  /** What it read, by the names that a person knows; what `reads` names where left out. */
  readonly inputs?: Readonly<Record<string, Json>>;
  /** What it did on the way, for people. Secrets are masked by the engine. */
  readonly process?: JsonObject;
  /** Variables that shall have other values from here on. */
  readonly sets?: readonly { readonly selector: Selector; readonly value: Json }[];
  /** No further round of the loop around it. */
  readonly isLast?: boolean;
  /** What was said inside a container. */
  readonly said?: string;
  /** A container's alone. */
  readonly rounds?: RoundsTold;
  /** It failed after all, and its outputs tell how. */
  readonly failure?: { readonly message: string; readonly type: string };
}
