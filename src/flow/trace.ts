import {
  type NodeFinish,
  type NodeServed,
  type NodeSpent,
  type RunError,
  type RunEvent,
  type Within,
  THOUGHTS,
} from '#flow/events.ts';

/** One model call of a node. */
export interface TraceCall {
  /** The gateway's id of it: its decision is kept under it. */
  readonly callId: string;
  /** What the vendor calls it, where it says. */
  readonly upstreamId?: string;
  readonly model?: string;
  readonly deployment: string;
  readonly attempts: number;
  readonly queueMs: number;
  /** From the run's start, ms. */
  readonly at: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Nano-dollars. */
  readonly costNanos?: number;
}

/** One node of a run, for a table or a timeline. */
export interface TraceRow {
  readonly nodeId: string;
  readonly title: string;
  readonly nodeType: string;
  /** The round of the container that it ran in. */
  readonly within?: Within;
  /** How often it was tried again. */
  readonly retries?: number;
  /** From the run's start to the node's, ms. */
  readonly startMs: number;
  /** Absent while the node runs, as all that only its end can tell. */
  readonly durationMs?: number;
  readonly status: NodeFinish['status'] | 'running';
  /** From the node's start to its first streamed text, ms. */
  readonly firstTextMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** What its model calls came to, nano-dollars, where that is known. */
  readonly costNanos?: number;
  /** The gateway's id of its model call, the last one if there were several. */
  readonly callId?: string;
  /** Who served the node's model call, the last one if there were several. */
  readonly deployment?: string;
  /** Of all its model calls together. */
  readonly attempts?: number;
  /** Of all its model calls together, ms. */
  readonly queueMs?: number;
  /** Its model calls one by one, where the gateway names them. */
  readonly calls?: readonly TraceCall[];
  readonly error?: RunError;
}

/** A run's events, all or the first so many → one row per node that started, in that order. */
export const traceOf = (events: Iterable<RunEvent>): TraceRow[] => {
  const rows = new Map<number, TraceRow>();
  const amend = (step: number, change: (row: TraceRow) => Partial<TraceRow>): void => {
    const row = rows.get(step);
    if (row) rows.set(step, { ...row, ...change(row) });
  };
  for (const event of events) {
    if (event.type === 'node-start') {
      const { step, nodeId, title, nodeType, within, at } = event;
      const row = { nodeId, title, nodeType, startMs: at, status: 'running' as const };
      rows.set(step, { ...row, ...(within && { within }) });
    } else if (event.type === 'node-retry') amend(event.step, () => ({ retries: event.retry }));
    else if (event.type === 'node-served')
      amend(event.step, ({ attempts = 0, queueMs = 0, calls = [] }) => ({
        deployment: event.deployment,
        ...(event.callId !== undefined && { callId: event.callId }),
        attempts: attempts + event.attempts,
        queueMs: queueMs + event.queueMs,
        ...(event.callId !== undefined && { calls: [...calls, callOf(event, event.callId)] }),
      }));
    else if (event.type === 'node-spent')
      amend(event.step, ({ calls = [] }) => ({
        calls: calls.map((call) => (call.callId === event.callId ? paid(call, event) : call)),
      }));
    else if (event.type === 'node-delta' && event.output !== THOUGHTS)
      amend(event.step, ({ startMs, firstTextMs = event.at - startMs }) => ({ firstTextMs }));
    else if (event.type === 'node-finish')
      amend(event.step, () => ({
        status: event.status,
        durationMs: event.elapsedMs,
        ...(event.usage && {
          inputTokens: event.usage.inputTokens,
          outputTokens: event.usage.outputTokens,
        }),
        ...(event.costNanos !== undefined && { costNanos: event.costNanos }),
        ...(event.error && { error: event.error }),
      }));
  }
  return [...rows.values()];
};

const callOf = (event: NodeServed, callId: string): TraceCall => {
  const { deployment, attempts, queueMs, at, upstreamId, model } = event;
  return {
    callId,
    deployment,
    attempts,
    queueMs,
    at,
    ...(upstreamId !== undefined && { upstreamId }),
    ...(model !== undefined && { model }),
  };
};

const paid = (call: TraceCall, { usage, costNanos }: NodeSpent): TraceCall => ({
  ...call,
  ...(usage && { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }),
  ...(costNanos !== undefined && { costNanos }),
});
