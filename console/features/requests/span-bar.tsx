import type { LoggedRequest } from '#gateway/console/shapes.ts';

/** Where a request's time went: in line, until its first content, and after that. */
export const SpanBar = ({ row, longest }: { row: LoggedRequest; longest: number }) => {
  const { queue_s: queueS, first_s: firstS, total_s: totalS } = row;
  const total = totalS ?? 0;
  // What came whole came as an answer, without a first token.
  const first = Math.min(total, firstS ?? queueS);
  const scale = (seconds: number): string => `${Math.min(100, (seconds / longest) * 100)}%`;
  return (
    <div
      style={{ display: 'flex', height: 8, borderRadius: 3, overflow: 'hidden' }}
      aria-hidden="true"
    >
      <div style={{ width: scale(queueS), background: 'var(--queue)' }} />
      <div style={{ width: scale(Math.max(0, first - queueS)), background: 'var(--wait)' }} />
      <div style={{ width: scale(Math.max(0, total - first)), background: 'var(--stream)' }} />
    </div>
  );
};
