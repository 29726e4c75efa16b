import type { Clock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import { AnswerStream } from '#flow/answer-stream.ts';
import type { RunEvent } from '#flow/events.ts';
import { Execution } from '#flow/execution.ts';
import { DEFAULT_LIMITS, type FlowLimits } from '#flow/limits.ts';
import type { FlowServices } from '#flow/ports.ts';
import type { Flow } from '#flow/prepare.ts';
import { VariablePool } from '#flow/variables.ts';
import type { Step } from '#wire/dialect.ts';

export interface RunIds {
  readonly run: string;
  readonly conversation?: string;
  /** Who asks, as the caller calls them. */
  readonly user?: string;
}

export interface RunOptions {
  /** What the person asked: `sys.query`. */
  readonly query: string;
  /** Values for the start node's variables; those it does not declare are dropped. */
  readonly inputs: JsonObject;
  readonly services: FlowServices;
  readonly clock: Clock;
  readonly ids: RunIds;
  /** Stops the run: its model calls are aborted at once. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<FlowLimits>;
}

/**
 * One run of a flow. Every node that is ready runs at once; nothing starts before the first event is
 * asked for, and a reader that stops reading stops the run. Nodes wait for the reader: each holds at
 * most one event that has not been read.
 * Throws SpillwayError `invalid_request` or `too_large` at once when the inputs do not fit the start
 * node; whatever goes wrong later is in the events, the last of which is `run-finish`.
 */
export const runFlow = (flow: Flow, options: RunOptions): AsyncGenerator<RunEvent, void> => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const inputs = flow.root.type.accept?.(flow.root.config, options.inputs) ?? {};
  const pool = firstPool(flow, options, limits);
  const { services, clock, ids, signal } = options;
  const execution = new Execution({
    flow,
    inputs,
    pool,
    limits,
    services,
    clock,
    runId: ids.run,
    ...(signal && { signal }),
  });
  return through(execution.events(), new AnswerStream(flow, { pool: pool.fork(), limits }));
};

const firstPool = (
  { app }: Flow,
  { query, ids, clock }: RunOptions,
  limits: FlowLimits,
): VariablePool => {
  const pool = new VariablePool(limits);
  pool.write('sys', {
    query,
    files: [],
    dialogue_count: 1,
    workflow_run_id: ids.run,
    timestamp: Math.floor(clock.wall() / 1000),
    ...(ids.conversation !== undefined && { conversation_id: ids.conversation }),
    ...(ids.user !== undefined && { user_id: ids.user }),
  });
  pool.write('env', app.environment);
  pool.write('conversation', app.conversation);
  return pool;
};

async function* through(
  events: AsyncIterable<RunEvent>,
  step: Step<RunEvent, RunEvent>,
): AsyncGenerator<RunEvent, void> {
  for await (const event of events) yield* step.push(event);
  yield* step.end();
}
