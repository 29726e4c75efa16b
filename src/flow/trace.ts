import type { NodeFinish, RunError, RunEvent } from '#flow/events.ts';

/** One node of a run, for a table or a timeline. */
export interface TraceRow {
  readonly nodeId: string;
  readonly title: string;
  readonly nodeType: string;
  /** From the run's start to the node's, ms. */
  readonly startMs: number;
  /** Absent while the node runs, as all that only its end can tell. */
  readonly durationMs?: number;
  readonly status: NodeFinish['status'] | 'running';
  /** From the node's start to its first streamed text, ms. */
  readonly firstTextMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
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
  const rows = new Map<string, TraceRow>();
  const amend = (nodeId: string, change: (row: TraceRow) => Partial<TraceRow>): void => {
    const row = rows.get(nodeId);
    if (row) rows.set(nodeId, { ...row, ...change(row) });
  };
  for (const event of events) {
    if (event.type === 'node-start') {
      const { nodeId, title, nodeType, at } = event;
      rows.set(nodeId, { nodeId, title, nodeType, startMs: at, status: 'running' });
    } else if (event.type === 'node-served')
      amend(event.nodeId, ({ attempts = 0, queueMs = 0 }) => ({
        deployment: event.deployment,
        attempts: attempts + event.attempts,
        queueMs: queueMs + event.queueMs,
      }));
    else if (event.type === 'node-delta')
      amend(event.nodeId, ({ startMs, firstTextMs = event.at - startMs }) => ({ firstTextMs }));
    else if (event.type === 'node-finish')
      amend(event.nodeId, () => ({
        status: event.status,
        durationMs: event.elapsedMs,
        ...(event.usage && {
          inputTokens: event.usage.inputTokens,
          outputTokens: event.usage.outputTokens,
        }),
        ...(event.error && { error: event.error }),
      }));
  }
  return [...rows.values()];
};
