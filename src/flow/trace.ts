import type { NodeFinish, RunError, RunEvent, Within } from '#flow/events.ts';

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
      amend(event.step, ({ attempts = 0, queueMs = 0 }) => ({
        deployment: event.deployment,
        ...(event.callId !== undefined && { callId: event.callId }),
        attempts: attempts + event.attempts,
        queueMs: queueMs + event.queueMs,
      }));
    else if (event.type === 'node-delta')
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
