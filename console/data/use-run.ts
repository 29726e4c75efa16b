import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunEvent } from '#flow/events.ts';
import { ask } from './api.ts';
import { NOT_RUN, RunProgress, type RunSeen } from './run-progress.ts';
import { readEvents } from './sse.ts';

/** The first thing that is told of a run of the console. */
export interface RunIds {
  readonly type: 'run';
  readonly runId: string;
  readonly taskId: string;
  readonly conversationId?: string;
  readonly messageId?: string;
}

export interface Run {
  readonly seen: RunSeen;
  readonly ids: RunIds | undefined;
  readonly error: unknown;
  /** Reads events until they end; what was seen before is forgotten. */
  readonly start: (open: (signal: AbortSignal) => Promise<Response>) => void;
  /** Ends the run; what comes of that is still seen. */
  readonly stop: () => void;
  /** Forgets it. */
  readonly clear: () => void;
}

/** So often the picture is drawn anew, whatever has come, ms. */
const DRAW_MS = 80;

/** One run after another, as far as each has been seen. */
export const useRun = (): Run => {
  const [seen, setSeen] = useState(NOT_RUN);
  const [ids, setIds] = useState<RunIds>();
  const [error, setError] = useState<unknown>();
  const reading = useRef<AbortController>(undefined);
  useEffect(() => () => reading.current?.abort(), []);
  const start = useCallback<Run['start']>((open) => {
    reading.current?.abort();
    const { signal } = (reading.current = new AbortController());
    const progress = new RunProgress();
    const draw = (): void => {
      if (!signal.aborted) setSeen(progress.seen());
    };
    setError(undefined);
    setIds(undefined);
    draw();
    const timer = setInterval(draw, DRAW_MS);
    readRun(open, signal, {
      ids: setIds,
      event: (event) => progress.take(event),
    })
      .catch((thrown: unknown) => {
        if (signal.aborted) return;
        progress.breakOff();
        setError(thrown);
      })
      .finally(() => {
        clearInterval(timer);
        draw();
      });
  }, []);
  const stop = (): void => {
    if (ids) void ask(`/spillway/runs/${ids.runId}/stop`, { method: 'POST', body: {} });
    else reading.current?.abort();
  };
  const clear = useCallback((): void => {
    reading.current?.abort();
    setSeen(NOT_RUN);
    setIds(undefined);
    setError(undefined);
  }, []);
  return { seen, ids, error, start, stop, clear };
};

const readRun = async (
  open: (signal: AbortSignal) => Promise<Response>,
  signal: AbortSignal,
  tell: { readonly ids: (ids: RunIds) => void; readonly event: (event: RunEvent) => void },
): Promise<void> => {
  for await (const { data } of readEvents(await open(signal))) {
    const event = JSON.parse(data) as RunEvent | RunIds;
    if (event.type === 'run') tell.ids(event);
    else tell.event(event);
  }
};
