import { textTable } from '#core/text-table.ts';
import type { RunEvent } from '#flow/events.ts';
import { type TraceRow, traceOf } from '#flow/trace.ts';

/** Writes the answer as it streams, then who did what and when. Returns all events. */
export const play = async (
  events: AsyncIterable<RunEvent>,
  out: NodeJS.WritableStream,
): Promise<RunEvent[]> => {
  const seen: RunEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (event.type === 'answer-delta') out.write(event.text);
    // What is written cannot be taken back.
    if (event.type === 'answer-replace') out.write(`\n\n${event.text}`);
  }
  out.write(`\n\n${traceTable(traceOf(seen))}\n`);
  const finish = seen.find((event) => event.type === 'run-finish');
  if (finish?.error) out.write(`\n${finish.status}: ${finish.error.message}\n`);
  return seen;
};

const HEAD = ['node', 'type', 'start', 'duration', 'tokens in', 'out', 'deployment', 'status'];

const traceTable = (rows: readonly TraceRow[]): string =>
  textTable([HEAD, ...rows.map(cells)], {
    align: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'left'],
  });

const cells = (row: TraceRow): string[] => [
  row.title,
  row.nodeType,
  `${Math.round(row.startMs)} ms`,
  row.durationMs === undefined ? '' : `${Math.round(row.durationMs)} ms`,
  row.inputTokens === undefined ? '' : String(row.inputTokens),
  row.outputTokens === undefined ? '' : String(row.outputTokens),
  row.deployment ?? '',
  row.error ? `${row.status}: ${row.error.message}` : row.status,
];
