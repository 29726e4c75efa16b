import type { Clock } from '#core/clock.ts';
import type { Json, JsonObject } from '#core/json.ts';
import { AnswerStream } from '#flow/answer-stream.ts';
import type { RunEvent } from '#flow/events.ts';
import { Execution } from '#flow/execution.ts';
import { DEFAULT_LIMITS, type FlowLimits } from '#flow/limits.ts';
import { moderatedRun, refusalOf, refusedRun } from '#flow/moderation.ts';
import { maskSecrets } from '#flow/mask-secrets.ts';
import { filtered, nodeRunOf } from '#flow/node-run.ts';
import type { Turn } from '#flow/nodes/node-type.ts';
import type { FlowServices } from '#flow/ports.ts';
import type { Flow } from '#flow/prepare.ts';
import { RunState } from '#flow/run-state.ts';
import { VariablePool } from '#flow/variables.ts';

export interface RunIds {
  readonly run: string;
  readonly conversation?: string;
  /** Who asks, as the caller calls them. */
  readonly user?: string;
  readonly app?: string;
  readonly workflow?: string;
}

/** What a conversation brings along. */
export interface Past {
  /** The oldest first. */
  readonly history: readonly Turn[];
  /** Values of its variables; those that it lacks have their first ones. */
  readonly variables: Readonly<Record<string, Json>>;
}

export interface RunOptions {
  /** What the person asked: `sys.query`. */
  readonly query: string;
  /** Values for the start node's variables; those it does not declare are dropped. */
  readonly inputs: JsonObject;
  /** What the person sent along: `sys.files`. */
  readonly files?: readonly JsonObject[];
  readonly services: FlowServices;
  readonly clock: Clock;
  readonly ids: RunIds;
  readonly past?: Past;
  /** How many flows stand above this one, which is their tool. */
  readonly depth?: number;
  /** When nobody waits for it any more, monotonic ms: it ends then at the latest, and so do its calls. */
  readonly deadline?: number;
  /** Stops the run: its model calls are aborted at once. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<FlowLimits>;
  /** What `sys` has, where that is told: of a run that is played again. */
  readonly system?: JsonObject;
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
  const system = options.system ?? systemOf(flow, options);
  const pool = firstPool(flow, { system, limits, ...(options.past && { past: options.past }) });
  const events = moderatedOr(flow, { ...options, inputs }, (wishes) =>
    wholeRun(flow, wishes, { limits, inputs, system, pool }),
  );
  return flow.app.secrets.length > 0 ? maskSecrets(events, flow.app.secrets) : events;
};

/** Apps that talk may have words that they neither hear nor say; as in Dify, workflows have none. */
const moderatedOr = (
  { app }: Flow,
  options: RunOptions,
  begin: (options: RunOptions) => AsyncGenerator<RunEvent, void>,
): AsyncGenerator<RunEvent, void> => {
  const { moderation } = app.features;
  if (!moderation || app.mode === 'workflow') return begin(options);
  const refusal = refusalOf(moderation, options);
  if (refusal !== undefined) return refusedRun(refusal);
  const held = new AbortController();
  const { signal } = options;
  const either = signal ? AbortSignal.any([signal, held.signal]) : held.signal;
  return moderatedRun(begin({ ...options, signal: either }), moderation, () => held.abort());
};

interface Prepared {
  readonly limits: FlowLimits;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly system: JsonObject;
  readonly pool: VariablePool;
}

async function* wholeRun(
  flow: Flow,
  { services, clock, ids, signal, past, depth = 0, deadline = Infinity }: RunOptions,
  { limits: most, inputs, system, pool }: Prepared,
): AsyncGenerator<RunEvent, void> {
  const leftMs = Math.max(0, deadline - clock.now());
  const limits = { ...most, durationMs: Math.min(most.durationMs, leftMs) };
  const history = past?.history ?? [];
  const runId = ids.run;
  const run = new RunState({ flow, limits, services, clock, runId, history, depth });
  const { durationMs } = limits;
  const frame = { scope: flow, pool, inputs, signal, nesting: 0, durationMs };
  const answers = new AnswerStream(flow, { pool: pool.fork(), limits });
  const variables = past?.variables ?? {};
  yield {
    type: 'run-start',
    at: 0,
    runId,
    app: flow.app.name,
    system,
    ...(Object.keys(variables).length > 0 && { variables }),
  };
  const ended = yield* filtered(new Execution(run, frame, nodeRunOf).events(), answers);
  const { exceptions, steps, spentInAll } = run;
  const { status, error, outputs, endedMs } = ended;
  yield {
    type: 'run-finish',
    at: endedMs,
    status: status === 'succeeded' && exceptions > 0 ? 'partial-succeeded' : status,
    outputs,
    steps,
    exceptions,
    ...spentInAll,
    ...(error && { error }),
  };
}

const systemOf = (
  { app }: Flow,
  { query, ids, clock, files = [], past }: RunOptions,
): JsonObject => {
  const talks = app.mode === 'advanced-chat';
  return {
    ...(talks && { query, dialogue_count: (past?.history.length ?? 0) + 1 }),
    files: [...files],
    workflow_run_id: ids.run,
    timestamp: Math.floor(clock.wall() / 1000),
    ...(ids.conversation !== undefined && { conversation_id: ids.conversation }),
    ...(ids.user !== undefined && { user_id: ids.user }),
    ...(ids.app !== undefined && { app_id: ids.app }),
    ...(ids.workflow !== undefined && { workflow_id: ids.workflow }),
  };
};

interface PoolJob {
  readonly system: JsonObject;
  readonly limits: FlowLimits;
  readonly past?: Past;
}

const firstPool = ({ app }: Flow, { system, limits, past }: PoolJob): VariablePool => {
  const pool = new VariablePool(limits);
  pool.write('sys', system);
  pool.write('env', app.environment);
  pool.write('conversation', { ...app.conversation, ...past?.variables });
  return pool;
};
