import { answerOf } from '#flow/answer-text.ts';
import type { RunEvent } from '#flow/events.ts';
import { type TraceRow, traceOf } from '#flow/trace.ts';

/** A run for machines: its answer, and a row per node. Names as in JSON elsewhere; times in ms. */
export const flowReport = (events: readonly RunEvent[]) => {
  const finish = events.find((event) => event.type === 'run-finish');
  return {
    status: finish?.status,
    outputs: finish && { ...finish.outputs },
    answer: answerOf(events),
    elapsed_ms: tenths(finish?.at),
    error: finish?.error,
    trace: traceOf(events).map(reportRow),
  };
};

const reportRow = (row: TraceRow) => ({
  node_id: row.nodeId,
  title: row.title,
  type: row.nodeType,
  status: row.status,
  start_ms: tenths(row.startMs),
  duration_ms: tenths(row.durationMs),
  first_text_ms: tenths(row.firstTextMs),
  deployment: row.deployment,
  attempts: row.attempts,
  queue_ms: tenths(row.queueMs),
  input_tokens: row.inputTokens,
  output_tokens: row.outputTokens,
  error: row.error,
});

const tenths = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 10) / 10;
