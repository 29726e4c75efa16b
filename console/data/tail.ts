import { useEffect, useRef, useState } from 'react';
import type { LoggedRequest } from '#gateway/console/shapes.ts';
import { query, send } from './api.ts';
import type { RequestsFilter } from './requests.ts';
import { readEvents } from './sse.ts';

/** Rows are shown in batches, however many come, ms. */
const FLUSH_MS = 250;
const PER_S = 1_000;
/** The oldest of more are forgotten: the log itself has them. */
const MOST_ROWS = 5_000;
const AGAIN_MS = 2_000;

export interface Tail {
  /** The newest first. */
  readonly rows: readonly LoggedRequest[];
  /** Under load only a part is sent. */
  readonly leftOut: number;
}

const EMPTY: Tail = { rows: [], leftOut: 0 };

/** Requests as they end, while `isOn`. */
export const useTail = (filter: RequestsFilter, isOn: boolean): Tail => {
  const [tail, setTail] = useState(EMPTY);
  const fresh = useRef<{ rows: LoggedRequest[]; leftOut: number }>({ rows: [], leftOut: 0 });
  const { group, deployment, status } = filter;
  useEffect(() => {
    setTail(EMPTY);
    if (!isOn) return undefined;
    const stop = new AbortController();
    const path = `/spillway/events${query({ group, deployment, status, per_s: PER_S })}`;
    void follow(path, stop.signal, (event, data) => {
      if (event === 'request') fresh.current.rows.push(rowOf(JSON.parse(data) as EventLine));
      else fresh.current.leftOut += (JSON.parse(data) as { requests: number }).requests;
    });
    const timer = setInterval(() => {
      const { rows, leftOut } = fresh.current;
      if (rows.length === 0 && leftOut === 0) return;
      fresh.current = { rows: [], leftOut: 0 };
      setTail((before) => ({
        rows: [...rows.toReversed(), ...before.rows].slice(0, MOST_ROWS),
        leftOut: before.leftOut + leftOut,
      }));
    }, FLUSH_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [isOn, group, deployment, status]);
  return tail;
};

const follow = async (
  path: string,
  signal: AbortSignal,
  came: (event: string, data: string) => void,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      for await (const { event, data } of readEvents(await send(path, { signal })))
        came(event, data);
    } catch {
      // The banner says that nothing comes; it is tried again.
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
};

/** A line of `/spillway/events`, as far as a row needs it. */
interface EventLine {
  readonly id: string;
  readonly time: string;
  readonly group: string;
  readonly asked_model: string | null;
  readonly fallback: string | null;
  readonly deployment: string | null;
  readonly status: number | null;
  readonly key: string;
  readonly user: string;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly queue_ms: number;
  readonly first_ms: number | null;
  readonly total_ms: number | null;
  readonly attempts: number;
  readonly error: string | null;
}

const rowOf = (line: EventLine): LoggedRequest => ({
  id: line.id,
  time: line.time,
  group: line.group,
  asked_model: line.asked_model,
  fallback: line.fallback,
  deployment: line.deployment,
  status: line.status,
  tenant: line.user === '' ? line.key : `${line.key}/${line.user}`,
  input_tokens: line.input_tokens,
  output_tokens: line.output_tokens,
  queue_s: line.queue_ms / 1000,
  first_s: seconds(line.first_ms),
  total_s: seconds(line.total_ms),
  attempts: line.attempts,
  error: line.error,
});

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
