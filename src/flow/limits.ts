/** What one run may use. Each bound ends the node or the run with an error that names it. */
export interface FlowLimits {
  /** Node starts in one graph: in the flow, and in each round of a container. */
  readonly steps: number;
  /** Node starts in one run, all rounds of all containers together. */
  readonly allSteps: number;
  /** Containers inside containers, and flows that call flows as tools. */
  readonly depth: number;
  /** Items of one iteration. */
  readonly rounds: number;
  /** From the run's start to its end, ms. */
  readonly durationMs: number;
  /** Characters (UTF-16 units) that one node may stream, leave as outputs, or render from a template. */
  readonly nodeChars: number;
  /** Characters that all variables of a run may hold, and that its answer may have. */
  readonly runChars: number;
}

/** Steps, depth and time are Dify's own defaults. */
export const DEFAULT_LIMITS: FlowLimits = {
  steps: 500,
  allSteps: 50_000,
  depth: 5,
  rounds: 10_000,
  durationMs: 1_200_000,
  nodeChars: 2_000_000,
  runChars: 32_000_000,
};
