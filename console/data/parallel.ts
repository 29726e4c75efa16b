import { useCallback, useEffect, useRef, useState } from 'react';
import { send } from './api.ts';
import { readEvents } from './sse.ts';

/** One of many requests. */
export interface ParallelCall {
  readonly state: 'queued' | 'sent' | 'done' | 'failed';
  readonly deployment?: string;
  readonly queue_s?: number;
  readonly total_s?: number;
  readonly error?: string;
}

export interface ParallelAsk {
  readonly model: string;
  readonly prompt: string;
  readonly max_tokens: number;
  readonly count: number;
}

export interface ParallelRun {
  readonly calls: readonly ParallelCall[];
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly start: (ask: ParallelAsk) => void;
  readonly stop: () => void;
}

/** So often the picture is drawn anew, whatever has come, ms. */
const DRAW_MS = 100;

/** Has the server send the same request many times at once: a browser opens six connections to a place. */
export const useParallel = (): ParallelRun => {
  const [calls, setCalls] = useState<readonly ParallelCall[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const stopper = useRef<AbortController>(undefined);
  const stop = useCallback(() => stopper.current?.abort(), []);
  useEffect(() => stop, [stop]);
  const run = async (ask: ParallelAsk, signal: AbortSignal): Promise<void> => {
    const now: ParallelCall[] = Array.from({ length: ask.count }, () => ({ state: 'sent' }));
    const draw = (): void => setCalls([...now]);
    const timer = setInterval(draw, DRAW_MS);
    draw();
    try {
      const reply = await send('/spillway/burst', { method: 'POST', body: ask, signal });
      for await (const { data } of readEvents(reply)) {
        const { i, ...call } = JSON.parse(data) as ParallelCall & { readonly i: number };
        now[i] = call;
      }
    } catch (thrown) {
      if (!signal.aborted) setError(thrown);
    } finally {
      clearInterval(timer);
      draw();
    }
  };
  const start = (ask: ParallelAsk): void => {
    stop();
    const stopping = (stopper.current = new AbortController());
    setError(undefined);
    setBusy(true);
    void run(ask, stopping.signal).finally(() => {
      if (stopper.current === stopping) setBusy(false);
    });
  };
  return { calls, isBusy, error, start, stop };
};
