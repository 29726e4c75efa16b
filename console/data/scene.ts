import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunEvent } from '#flow/events.ts';
import type { SceneReply } from '#gateway/console/shapes.ts';
import { ask, send } from './api.ts';
import { readEvents } from './sse.ts';

export const useScene = (isThere: boolean) =>
  useQuery({
    queryKey: ['scene'],
    enabled: isThere,
    staleTime: Infinity,
    queryFn: () => ask<SceneReply>('/spillway/scene'),
  });

/** One node, as far as its run has come. */
export interface NodeRun {
  readonly state: 'running' | 'succeeded' | 'failed' | 'stopped' | 'skipped';
  readonly deployment?: string;
  readonly queueMs?: number;
  readonly elapsedMs?: number;
  readonly text: string;
}

export interface SceneRun {
  readonly nodes: ReadonlyMap<string, NodeRun>;
  readonly answer: string;
  readonly state: 'idle' | 'running' | 'succeeded' | 'failed' | 'stopped';
  readonly error: unknown;
  readonly start: (query: string) => void;
}

interface Seen {
  readonly nodes: ReadonlyMap<string, NodeRun>;
  readonly answer: string;
  readonly state: SceneRun['state'];
}

const NOTHING: Seen = { nodes: new Map(), answer: '', state: 'idle' };

/** So often the picture is drawn anew, whatever has come, ms. */
const DRAW_MS = 80;

/** Runs the example app, and keeps what has been seen of it. */
export const useSceneRun = (): SceneRun => {
  const [seen, setSeen] = useState(NOTHING);
  const [error, setError] = useState<unknown>();
  const stopper = useRef<AbortController>(undefined);
  useEffect(() => () => stopper.current?.abort(), []);
  const start = useCallback((query: string) => {
    stopper.current?.abort();
    const { signal } = (stopper.current = new AbortController());
    setError(undefined);
    let now: Seen = { ...NOTHING, state: 'running' };
    setSeen(now);
    const timer = setInterval(() => setSeen(now), DRAW_MS);
    const run = async (): Promise<void> => {
      const reply = await send('/spillway/scene/run', { method: 'POST', body: { query }, signal });
      for await (const { data } of readEvents(reply))
        now = after(now, JSON.parse(data) as RunEvent);
    };
    run()
      .catch((thrown: unknown) => {
        if (signal.aborted) return;
        now = { ...now, state: 'failed' };
        setError(thrown);
      })
      .finally(() => {
        clearInterval(timer);
        if (!signal.aborted) setSeen(now);
      });
  }, []);
  return { ...seen, error, start };
};

const after = (seen: Seen, event: RunEvent): Seen => {
  if (event.type === 'run-finish')
    return { ...seen, state: event.status === 'partial-succeeded' ? 'succeeded' : event.status };
  if (event.type === 'run-start') return seen;
  if (event.type === 'answer-delta') return { ...seen, answer: seen.answer + event.text };
  const before = seen.nodes.get(event.nodeId) ?? { state: 'running' as const, text: '' };
  return { ...seen, nodes: new Map(seen.nodes).set(event.nodeId, nodeAfter(before, event)) };
};

type NodeEvent = Exclude<RunEvent, { type: 'run-start' | 'run-finish' | 'answer-delta' }>;

const nodeAfter = (before: NodeRun, event: NodeEvent): NodeRun => {
  if (event.type === 'node-start') return { ...before, state: 'running' };
  if (event.type === 'node-served')
    return { ...before, deployment: event.deployment, queueMs: event.queueMs };
  if (event.type === 'node-delta') return { ...before, text: before.text + event.text };
  if (event.type === 'node-skip') return { ...before, state: 'skipped' };
  if (event.type === 'node-finish')
    return {
      ...before,
      state: event.status === 'exception' ? 'failed' : event.status,
      elapsedMs: event.elapsedMs,
    };
  return before;
};
