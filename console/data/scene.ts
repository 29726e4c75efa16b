import { useQuery } from '@tanstack/react-query';
import type { Drawing } from '#gateway/console/app-shapes.ts';
import { ask, send } from './api.ts';
import type { RunSeen } from './run-progress.ts';
import { useRun } from './use-run.ts';

export const useScene = (isThere: boolean) =>
  useQuery({
    queryKey: ['scene'],
    enabled: isThere,
    staleTime: Infinity,
    queryFn: () => ask<Drawing>('/spillway/scene'),
  });

export interface SceneRun extends RunSeen {
  readonly failure: unknown;
  readonly start: (query: string) => void;
}

/** Runs the example app, and keeps what has been seen of it. */
export const useSceneRun = (): SceneRun => {
  const { seen, error: failure, start } = useRun();
  return {
    ...seen,
    failure,
    start: (query) =>
      start((signal) => send('/spillway/scene/run', { method: 'POST', body: { query }, signal })),
  };
};
